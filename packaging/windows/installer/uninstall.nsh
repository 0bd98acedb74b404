; Removing: the program's own folder, what Windows knows of it, and nothing of any person. Policies of an organisation stay.

Function un.onInit
  ; Its copy is told the folder with a "\" at the end where the first one was.
  StrCpy $0 $INSTDIR 1 -1
  ${If} $0 == "\"
    StrCpy $INSTDIR $INSTDIR -1
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LOG=" $1
  ${IfNot} ${Errors}
    StrCpy $Journal $1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/STOP=" $WishStop
  ClearErrors
  Call un.ChooseMode
  ${Say} "Removing Tiepoint from $INSTDIR: $CMDLINE"
  Call un.CheckRights
  Call un.CheckRunning
FunctionEnd

; Of which setup this is: as the registry says, else as it was asked.
Function un.ChooseMode
  StrCpy $Everyone 0
  ReadRegStr $0 HKLM "${SETUP_KEY}" "Folder"
  ReadRegStr $1 HKCU "${SETUP_KEY}" "Folder"
  ${If} $0 == $INSTDIR
    StrCpy $Everyone 1
  ${ElseIf} $1 != $INSTDIR
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/AllUsers" $1
    ${IfNot} ${Errors}
      StrCpy $Everyone 1
    ${EndIf}
    ClearErrors
  ${EndIf}
  ${If} $Everyone == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
FunctionEnd

Function un.CheckRights
  !insertmacro IsAdministrator $0
  ${If} $Everyone == 0
  ${OrIf} $0 == "admin"
    Return
  ${EndIf}
  ${If} ${Silent}
    ${Refuse} 11 "Tiepoint was installed for everyone; an administrator must remove it."
  ${EndIf}
  ClearErrors
  ExecShell "runas" "$INSTDIR\Uninstall.exe" "/AllUsers"
  ${If} ${Errors}
    ${Refuse} 11 "No administrator agreed, so Tiepoint was left as it is."
  ${EndIf}
  Quit
FunctionEnd

Section "Uninstall"
  Call un.RemoveProgram
  Call un.RemoveFromPath
  Call un.RemoveFileTypes
  Call un.RemoveUninstallEntry
  Delete "$SMPROGRAMS\Tiepoint.lnk"
  Delete "$DESKTOP\Tiepoint.lnk"
  Delete "$INSTDIR\policies\en-US\tiepoint.adml"
  Delete "$INSTDIR\policies\tiepoint.admx"
  RMDir "$INSTDIR\policies\en-US"
  RMDir "$INSTDIR\policies"
  Delete "$INSTDIR\Uninstall.exe"
  ; Only where nobody has put anything beside us.
  RMDir "$INSTDIR"
  ${Say} "Tiepoint is removed; captures, models and settings of each person are where they were"
SectionEnd

; Another name first: a folder that is in use keeps its name, and then nothing of it is lost.
Function un.RemoveProgram
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR\program.new"
  RMDir /r "$INSTDIR\program.old"
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\program\*.*"
    Rename "$INSTDIR\program" "$INSTDIR\program.old"
    ${If} ${Errors}
      ${Refuse} 10 "Files of Tiepoint in $INSTDIR are in use, so it was left as it is. Close it, for each person that uses it, and try again."
    ${EndIf}
    RMDir /r "$INSTDIR\program.old"
  ${EndIf}
  ClearErrors
FunctionEnd
