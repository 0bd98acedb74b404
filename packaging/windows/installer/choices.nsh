; What a person may choose besides the program: selected as a switch says, else as it was before, else as the page proposes.

!macro Choose WISH KEPT SECTION
  StrCpy $0 ${WISH}
  ${If} $0 == ""
  ${AndIf} $Before != ""
    ReadRegDWORD $0 SHCTX "${SETUP_KEY}" "${KEPT}"
  ${EndIf}
  ${If} $0 == "1"
    !insertmacro SelectSection ${SECTION}
  ${ElseIf} $0 == "0"
    !insertmacro UnselectSection ${SECTION}
  ${EndIf}
!macroend

Function SelectSections
  !insertmacro Choose $WishFileTypes "FileTypes" ${SectionFileTypes}
  !insertmacro Choose $WishDesktop "Desktop" ${SectionDesktop}
  !insertmacro Choose $WishPath "Path" ${SectionPath}
  ; A switch of the whole computer: an administrator's to set.
  !insertmacro ClearSectionFlag ${SectionLongPaths} ${SF_RO}
  ${If} $Everyone == 1
  ${AndIf} $WishLongPaths == 1
    !insertmacro SelectSection ${SectionLongPaths}
  ${EndIf}
  ${If} $Everyone != 1
    !insertmacro UnselectSection ${SectionLongPaths}
    !insertmacro SetSectionFlag ${SectionLongPaths} ${SF_RO}
    ${If} $WishLongPaths == 1
      ${Refuse} 17 "/LONGPATHS=1 is a switch of the whole computer and goes with /AllUsers only."
    ${EndIf}
  ${EndIf}
  ClearErrors
FunctionEnd

Function WriteChoices
  ${If} ${SectionIsSelected} ${SectionFileTypes}
    Call WriteFileTypes
    WriteRegDWORD SHCTX "${SETUP_KEY}" "FileTypes" 1
  ${Else}
    Call RemoveFileTypes
    WriteRegDWORD SHCTX "${SETUP_KEY}" "FileTypes" 0
  ${EndIf}
  ${If} ${SectionIsSelected} ${SectionDesktop}
    CreateShortcut "$DESKTOP\Tiepoint.lnk" "${PANEL}"
    WriteRegDWORD SHCTX "${SETUP_KEY}" "Desktop" 1
  ${Else}
    Delete "$DESKTOP\Tiepoint.lnk"
    WriteRegDWORD SHCTX "${SETUP_KEY}" "Desktop" 0
  ${EndIf}
  ${If} ${SectionIsSelected} ${SectionPath}
    Call AddToPath
    WriteRegDWORD SHCTX "${SETUP_KEY}" "Path" 1
  ${Else}
    Call RemoveFromPath
    WriteRegDWORD SHCTX "${SETUP_KEY}" "Path" 0
  ${EndIf}
  ${If} ${SectionIsSelected} ${SectionLongPaths}
    WriteRegDWORD HKLM "SYSTEM\CurrentControlSet\Control\FileSystem" "LongPathsEnabled" 1
    ${Say} "Long paths are on for this computer"
  ${EndIf}
FunctionEnd
