; The command line: /S, /AllUsers, /CurrentUser, /D=FOLDER (last) and the named switches. One that makes no sense ends the setup,
; because what a silent setup misunderstands nobody sees.

Var Asked ; mode asked for: "everyone", "me", or empty
Var AskedFolder ; /D=
Var WishPath
Var WishDesktop
Var WishFileTypes
Var WishLongPaths
Var WishStop
Var WishDowngrade

!macro ReadChoice NAME INTO
  ClearErrors
  ${GetOptions} $0 "/${NAME}=" $1
  ${If} ${Errors}
    StrCpy ${INTO} ""
  ${Else}
    StrCpy ${INTO} $1
    ${If} $1 != "0"
    ${AndIf} $1 != "1"
      ${Refuse} 17 "The switch /${NAME}=$1 makes no sense. Say /${NAME}=1 or /${NAME}=0."
    ${EndIf}
  ${EndIf}
!macroend

Function ReadSwitches
  StrCpy $AskedFolder $INSTDIR
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LOG=" $1
  ${IfNot} ${Errors}
    StrCpy $Journal $1
  ${EndIf}
  Call CheckAskedFolder
  Call ReadAskedMode
  !insertmacro ReadChoice "PATH" $WishPath
  !insertmacro ReadChoice "DESKTOP" $WishDesktop
  !insertmacro ReadChoice "FILETYPES" $WishFileTypes
  !insertmacro ReadChoice "LONGPATHS" $WishLongPaths
  !insertmacro ReadChoice "STOP" $WishStop
  !insertmacro ReadChoice "DOWNGRADE" $WishDowngrade
  ClearErrors
FunctionEnd

; NSIS forgets a /D that cannot be, and would install somewhere else.
Function CheckAskedFolder
  System::Call 'kernel32::GetCommandLineW() p .r0'
  System::Call 'shlwapi::StrStrW(p r0, w " /D=") p .r1'
  ${If} $1 != 0
  ${AndIf} $AskedFolder == ""
    ${Refuse} 17 "The folder that /D names cannot be one. Give a whole path on a disk, without quotes, as the last switch."
  ${EndIf}
  ${GetParameters} $0
FunctionEnd

Function ReadAskedMode
  StrCpy $Asked ""
  ClearErrors
  ${GetOptions} $0 "/AllUsers" $1
  ${IfNot} ${Errors}
    StrCpy $Asked "everyone"
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/CurrentUser" $1
  ${IfNot} ${Errors}
    ${If} $Asked != ""
      ${Refuse} 17 "/AllUsers and /CurrentUser exclude each other. Give one of them."
    ${EndIf}
    StrCpy $Asked "me"
  ${EndIf}
FunctionEnd
