; The program's folder changes in one step: the new one is unpacked beside the old one, then they change names. What fails before
; that leaves the old program as it was.

; Marks what is being unpacked as ours, for a setup that comes after one that was cut off.
!define UNFINISHED "unfinished.tiepoint-setup"

Function PlaceProgram
  Call FinishEarlier
  ${Say} "Unpacking into $INSTDIR\program.new"
  ClearErrors
  SetOutPath "$INSTDIR\program.new"
  ${If} ${Errors}
    ${Refuse} 15 "The folder $INSTDIR cannot be written. Choose another one, or let somebody with the rights install."
  ${EndIf}
  FileOpen $0 "$INSTDIR\program.new\${UNFINISHED}" w
  FileClose $0
  ClearErrors
  File /r "${PAYLOAD}${SEPARATOR}*"
  ${If} ${Errors}
    SetOutPath "$TEMP"
    RMDir /r "$INSTDIR\program.new"
    RMDir "$INSTDIR"
    ${Refuse} 15 "Not all files could be written into $INSTDIR. Look whether the disk is full or a virus scanner keeps them, then try again. What was installed before is untouched."
  ${EndIf}
  Delete "$INSTDIR\program.new\${UNFINISHED}"
  SetOutPath "$TEMP"
  Call ChangeOver
FunctionEnd

; An earlier setup may have been cut off between two names.
Function FinishEarlier
  RMDir /r "$INSTDIR\program.new"
  ${IfNot} ${FileExists} "$INSTDIR\program\*.*"
  ${AndIf} ${FileExists} "$INSTDIR\program.old\*.*"
    ${Say} "Taking up what an interrupted setup had set aside"
    Rename "$INSTDIR\program.old" "$INSTDIR\program"
  ${EndIf}
  RMDir /r "$INSTDIR\program.old"
  ClearErrors
FunctionEnd

Function ChangeOver
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\program\*.*"
    Rename "$INSTDIR\program" "$INSTDIR\program.old"
    ${If} ${Errors}
      RMDir /r "$INSTDIR\program.new"
      ${Refuse} 10 "Files of Tiepoint in $INSTDIR are in use, so it was left as it is. Close it, for each person that uses it, and try again."
    ${EndIf}
  ${EndIf}
  Rename "$INSTDIR\program.new" "$INSTDIR\program"
  ${If} ${Errors}
    Rename "$INSTDIR\program.old" "$INSTDIR\program"
    RMDir /r "$INSTDIR\program.new"
    ${Refuse} 15 "The new files in $INSTDIR could not be put in place. A virus scanner may hold them: try again. What was installed before is untouched."
  ${EndIf}
  RMDir /r "$INSTDIR\program.old"
  ClearErrors
  SetOutPath "$INSTDIR\policies"
  File "${HERE}/../policies/tiepoint.admx"
  SetOutPath "$INSTDIR\policies\en-US"
  File "${HERE}/../policies/en-US/tiepoint.adml"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\Uninstall.exe"
  ${If} ${Errors}
    ${Refuse} 15 "Not all files could be written into $INSTDIR. Run this setup again to complete it."
  ${EndIf}
FunctionEnd
