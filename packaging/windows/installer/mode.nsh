; For everyone or for one person: chosen by a switch, by what is installed already, by the rights there are, or on a page.

Var ModeEveryone ; the page's buttons
Var ModeMe

!macro IsAdministrator INTO
  UserInfo::GetAccountType
  Pop ${INTO}
!macroend

Function ChooseMode
  !insertmacro IsAdministrator $2
  ReadRegStr $0 HKCU "${SETUP_KEY}" "Folder"
  ReadRegStr $1 HKLM "${SETUP_KEY}" "Folder"
  ${If} $Asked == "everyone"
    StrCpy $Everyone 1
  ${ElseIf} $Asked == "me"
    StrCpy $Everyone 0
  ${ElseIf} $1 != ""
    StrCpy $Everyone 1
  ${ElseIf} $0 != ""
    StrCpy $Everyone 0
  ${ElseIf} ${Silent}
  ${AndIf} $2 == "admin"
    StrCpy $Everyone 1
  ${Else}
    StrCpy $Everyone 0
  ${EndIf}
  ${If} $0 != ""
  ${AndIf} $Everyone == 1
    ${Say} "This person also has a Tiepoint of their own in $0; it stays."
  ${EndIf}
  Call UseMode
  ${If} ${Silent}
    Call CheckRights
  ${EndIf}
FunctionEnd

; Set folders and registry of the mode, and what is installed there.
Function UseMode
  ${If} $Everyone == 1
    SetShellVarContext all
    StrCpy $INSTDIR "$PROGRAMFILES64\Tiepoint"
  ${Else}
    SetShellVarContext current
    StrCpy $INSTDIR "$LOCALAPPDATA\Programs\Tiepoint"
  ${EndIf}
  ReadRegStr $0 SHCTX "${SETUP_KEY}" "Folder"
  ReadRegStr $Before SHCTX "${SETUP_KEY}" "Version"
  ${If} $0 == ""
    StrCpy $Before ""
  ${EndIf}
  ${If} $0 != ""
    ${If} $AskedFolder != ""
    ${AndIf} $AskedFolder != $0
      ${Refuse} 17 "Tiepoint is installed in $0 already. Leave /D away to replace it, or uninstall it first."
    ${EndIf}
    StrCpy $INSTDIR $0
  ${ElseIf} $AskedFolder != ""
    StrCpy $INSTDIR $AskedFolder
  ${EndIf}
FunctionEnd

Function CheckRights
  !insertmacro IsAdministrator $0
  ${If} $Everyone == 1
  ${AndIf} $0 != "admin"
    ${Refuse} 11 "To install for everyone, an administrator must run this setup. Without one, use /CurrentUser."
  ${EndIf}
FunctionEnd

; The page. It is not shown where a switch has said it, as the setup that was started again with an administrator's rights is told.
Function ModePage
  ${If} $Asked != ""
    Abort
  ${EndIf}
  !insertmacro MUI_HEADER_TEXT "For whom" "Choose who can use Tiepoint on this computer."
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateFirstRadioButton} 0 10u 100% 12u "Only for &me"
  Pop $ModeMe
  ${NSD_CreateLabel} 12u 24u 94% 20u "Needs no special rights. Others on this computer do not see it."
  Pop $0
  ${NSD_CreateAdditionalRadioButton} 0 52u 100% 12u "For &everyone on this computer"
  Pop $ModeEveryone
  ${NSD_CreateLabel} 12u 66u 94% 20u "An administrator is asked for. Each person keeps settings and captures of their own."
  Pop $0
  ${If} $Everyone == 1
    ${NSD_Check} $ModeEveryone
  ${Else}
    ${NSD_Check} $ModeMe
  ${EndIf}
  nsDialogs::Show
FunctionEnd

Function ModePageLeave
  ${NSD_GetState} $ModeEveryone $0
  ${If} $0 == ${BST_CHECKED}
    StrCpy $Everyone 1
  ${Else}
    StrCpy $Everyone 0
  ${EndIf}
  Call UseMode
  !insertmacro IsAdministrator $0
  ${If} $Everyone == 1
  ${AndIf} $0 != "admin"
    Call GoOnAsAdministrator
  ${EndIf}
  Call SelectSections
FunctionEnd

; Start this setup again with an administrator's rights and end with what it ends with.
Function GoOnAsAdministrator
  HideWindow
  ${GetParameters} $1
  StrCpy $2 ""
  ${If} $AskedFolder != ""
    StrCpy $2 " /D=$AskedFolder"
  ${EndIf}
  ClearErrors
  ExecShellWait "runas" "$EXEPATH" '/AllUsers /LOG="$Journal" $1$2'
  ${If} ${Errors}
    ShowWindow $HWNDPARENT ${SW_SHOW}
    BringToFront
    MessageBox MB_OK|MB_ICONEXCLAMATION "No administrator agreed. Choose Only for me, or ask your administrator to install Tiepoint."
    Abort
  ${EndIf}
  Quit
FunctionEnd

; The folder of what is replaced is not asked for again.
Function SkipWhereInstalled
  ${If} $Before != ""
    Abort
  ${EndIf}
FunctionEnd
