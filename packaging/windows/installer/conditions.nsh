; What must hold before anything is written. Each refusal has an exit code of its own (README.md lists them).

Function CheckWindows
  ${IfNot} ${AtLeastBuild} 17763
    ${Refuse} 16 "Tiepoint needs Windows 10, version 1809, or later."
  ${EndIf}
FunctionEnd

Function CheckAll
  Call CheckRights
  Call CheckVersion
  Call CheckFolder
  Call CheckRunning
FunctionEnd

Function CheckVersion
  ${If} $Before == ""
    Return
  ${EndIf}
  ${VersionCompare} "$Before" "${VERSION}" $0
  ${If} $0 == 1
  ${AndIf} $WishDowngrade != 1
    ${If} ${Silent}
      ${Refuse} 12 "Tiepoint $Before is installed, which is newer than ${VERSION}. Use /DOWNGRADE=1 to replace it all the same."
    ${EndIf}
    MessageBox MB_OKCANCEL|MB_DEFBUTTON2|MB_ICONEXCLAMATION "Tiepoint $Before is installed, which is newer than ${VERSION}.$\r$\n$\r$\nThe older one may not read what the newer one has written. Replace it all the same?" IDOK replace
    SetErrorLevel 12
    Quit
    replace:
    StrCpy $WishDowngrade 1
  ${EndIf}
FunctionEnd

; The page of the folder calls this, too: Abort there means staying on the page.
Function CheckFolder
  Call CheckDepth
  Call CheckForeign
  Call CheckSpace
FunctionEnd

!macro StayOrRefuse CODE WORDS
  ${If} ${Silent}
    ${Refuse} ${CODE} `${WORDS}`
  ${EndIf}
  ${Say} `${WORDS}`
  MessageBox MB_OK|MB_ICONEXCLAMATION `${WORDS}`
  Abort
!macroend

; Windows opens no path longer than 259 characters unless its switch for long paths is on.
Function CheckDepth
  StrLen $0 "$INSTDIR\program.new\"
  IntOp $0 $0 + ${DEEPEST}
  ReadRegDWORD $1 HKLM "SYSTEM\CurrentControlSet\Control\FileSystem" "LongPathsEnabled"
  ClearErrors
  ${If} $0 > 259
  ${AndIf} $1 != 1
    !insertmacro StayOrRefuse 13 "The folder $INSTDIR lies too deep: files in it would have paths longer than Windows opens. Choose a shorter one."
  ${EndIf}
FunctionEnd

; Nothing that is not ours is replaced, though it has a name that we use: not the folder "program", and where no Tiepoint is
; installed yet neither those beside it nor an uninstaller.
!macro RefuseForeign NAME OURS
  ${If} ${FileExists} "$INSTDIR\${NAME}\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\${NAME}\tiepoint.exe"
  ${AndIfNot} ${FileExists} "$INSTDIR\${NAME}\${OURS}"
    !insertmacro StayOrRefuse 17 "The folder $INSTDIR holds a folder named ${NAME} that is not Tiepoint's. Choose another one."
  ${EndIf}
!macroend

Function CheckForeign
  !insertmacro RefuseForeign "program" "tiepoint.exe"
  ${If} $Before != ""
    Return
  ${EndIf}
  !insertmacro RefuseForeign "program.new" "${UNFINISHED}"
  !insertmacro RefuseForeign "program.old" "tiepoint.exe"
  ${If} ${FileExists} "$INSTDIR\Uninstall.exe"
  ${AndIfNot} ${FileExists} "$INSTDIR\program\tiepoint.exe"
    !insertmacro StayOrRefuse 17 "The folder $INSTDIR holds another program with its Uninstall.exe. Choose another one, such as $INSTDIR\Tiepoint."
  ${EndIf}
FunctionEnd

Function CheckSpace
  ${GetRoot} "$INSTDIR" $0
  ClearErrors
  ${DriveSpace} "$0\" "/D=F /S=M" $1
  ${If} ${Errors}
    ClearErrors
    Return
  ${EndIf}
  ${If} $1 < ${NEEDED_MB}
    !insertmacro StayOrRefuse 14 "Tiepoint needs ${NEEDED_MB} MB of free space on $0, where $1 MB are free. Free some, or choose another disk."
  ${EndIf}
FunctionEnd
