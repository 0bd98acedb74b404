; PATH, of one person or of the computer. NSIS's own strings end at 1024 characters and PATH is often longer: reading it into one
; and writing it back would cut off other people's programs. So it is read, changed and written in memory by Windows' functions.

!define KEY_READ_WRITE 0x2001F
!define REG_SZ_TYPE 1
!define REG_EXPAND_SZ_TYPE 2
!define ROOT_PERSON 0x80000001
!define ROOT_COMPUTER 0x80000002

!macro SearchPathFunctions UN
  ; Opens the key into $R0 (0 = no), reads PATH into the zeroed memory $R1 (room for our folder, too), its type into $R2.
  Function ${UN}ReadPath
    StrCpy $R0 0
    StrCpy $R1 0
    ${If} $Everyone == 1
      System::Call 'advapi32::RegOpenKeyExW(p ${ROOT_COMPUTER}, w "SYSTEM\CurrentControlSet\Control\Session Manager\Environment", i 0, i ${KEY_READ_WRITE}, *p .R0) i .R3'
    ${Else}
      System::Call 'advapi32::RegOpenKeyExW(p ${ROOT_PERSON}, w "Environment", i 0, i ${KEY_READ_WRITE}, *p .R0) i .R3'
    ${EndIf}
    ${If} $R3 != 0
      StrCpy $R0 0
      Return
    ${EndIf}
    System::Call 'advapi32::RegQueryValueExW(p R0, w "Path", p 0, *i .R2, p 0, *i .R4) i .R3'
    ${If} $R3 == 2 ; there is none yet
      StrCpy $R2 ${REG_EXPAND_SZ_TYPE}
      StrCpy $R4 0
    ${ElseIf} $R3 != 0
    ${OrIf} $R2 < ${REG_SZ_TYPE}
    ${OrIf} $R2 > ${REG_EXPAND_SZ_TYPE}
      ${Say} "PATH is not readable as text; it was left as it is"
      System::Call 'advapi32::RegCloseKey(p R0)'
      StrCpy $R0 0
      Return
    ${EndIf}
    IntOp $R5 $R4 + 4096
    System::Alloc $R5
    Pop $R1
    ${If} $R4 > 0
      System::Call 'advapi32::RegQueryValueExW(p R0, w "Path", p 0, p 0, p R1, *i R4) i .R3'
    ${EndIf}
  FunctionEnd

  ; Writes the text at $R7 as PATH, lets the key and the memory go, and tells programs that are running.
  Function ${UN}WritePath
    System::Call 'kernel32::lstrlenW(p R7) i .R4'
    IntOp $R4 $R4 + 1
    IntOp $R4 $R4 * 2
    System::Call 'advapi32::RegSetValueExW(p R0, w "Path", i 0, i R2, p R7, i R4) i .R3'
    ${If} $R3 != 0
      ${Say} "PATH could not be written (Windows error $R3)"
    ${EndIf}
    System::Call 'user32::SendMessageTimeoutW(p 0xFFFF, i ${WM_SETTINGCHANGE}, p 0, w "Environment", i 2, i 2000, p 0)'
  FunctionEnd

  ; Copies ";" PATH ";" into new memory $R6 and leaves in $R8 where our folder begins in it; 0 = it is not there.
  Function ${UN}FindInPath
    System::Call 'kernel32::lstrlenW(p R1) i .R4'
    IntOp $R5 $R4 * 2
    IntOp $R5 $R5 + 16
    System::Alloc $R5
    Pop $R6
    System::Call 'kernel32::lstrcatW(p R6, w ";")'
    System::Call 'kernel32::lstrcatW(p R6, p R1)'
    System::Call 'kernel32::lstrcatW(p R6, w ";")'
    System::Call 'shlwapi::StrStrIW(p R6, w ";$INSTDIR\program;") p .R8'
  FunctionEnd

  Function ${UN}RemoveFromPath
    Call ${UN}ReadPath
    ${If} $R0 == 0
      Return
    ${EndIf}
    Call ${UN}FindInPath
    ${If} $R8 != 0
      ; What follows our folder moves to where it began.
      StrLen $R5 ";$INSTDIR\program"
      IntOp $R5 $R5 * 2
      IntPtrOp $R9 $R8 + $R5
      System::Call 'kernel32::lstrlenW(p R9) i .R4'
      IntOp $R4 $R4 + 1
      IntOp $R4 $R4 * 2
      System::Call 'ntdll::RtlMoveMemory(p R8, p R9, p R4)'
      ; Without the two ";" that were added for the search.
      System::Call 'kernel32::lstrlenW(p R6) i .R4'
      ${If} $R4 > 1
        IntOp $R5 $R4 - 1
        IntOp $R5 $R5 * 2
        IntPtrOp $R9 $R6 + $R5
        System::Call '*$R9(&i2 0)'
        IntPtrOp $R7 $R6 + 2
      ${Else}
        System::Call '*$R6(&i2 0)'
        StrCpy $R7 $R6
      ${EndIf}
      Call ${UN}WritePath
      ${Say} "PATH no longer names $INSTDIR\program"
    ${EndIf}
    System::Free $R6
    System::Free $R1
    System::Call 'advapi32::RegCloseKey(p R0)'
    ClearErrors
  FunctionEnd
!macroend
!insertmacro SearchPathFunctions ""
!insertmacro SearchPathFunctions "un."

Function AddToPath
  Call ReadPath
  ${If} $R0 == 0
    Return
  ${EndIf}
  Call FindInPath
  ${If} $R8 == 0
    System::Call 'kernel32::lstrlenW(p R1) i .R4'
    ${If} $R4 > 0
      IntOp $R5 $R4 - 1
      IntOp $R5 $R5 * 2
      IntPtrOp $R9 $R1 + $R5
      System::Call '*$R9(&i2 .R5)'
      ${If} $R5 != 59 ; ";"
        System::Call 'kernel32::lstrcatW(p R1, w ";")'
      ${EndIf}
    ${EndIf}
    System::Call 'kernel32::lstrcatW(p R1, w "$INSTDIR\program")'
    StrCpy $R7 $R1
    Call WritePath
    ${Say} "PATH names $INSTDIR\program"
  ${EndIf}
  System::Free $R6
  System::Free $R1
  System::Call 'advapi32::RegCloseKey(p R0)'
  ClearErrors
FunctionEnd
