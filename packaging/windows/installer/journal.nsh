; What happened, in a file and in words: every step, every refusal with its exit code. UTF-16, as Windows Installer's logs are.

Var Journal ; path of the log file

; Write one line with its time. Usage: ${Say} "words"
!define Say "!insertmacro Say"
!macro Say WORDS
  Push `${WORDS}`
  !ifdef __UNINSTALL__
    Call un.Say
  !else
    Call Say
  !endif
!macroend

; End with an exit code of its own. Usage: ${Refuse} CODE "what happened, and what to do"
!define Refuse "!insertmacro Refuse"
!macro Refuse CODE WORDS
  ${Say} `Ended with ${CODE}: ${WORDS}`
  MessageBox MB_OK|MB_ICONEXCLAMATION `${WORDS}` /SD IDOK
  SetErrorLevel ${CODE}
  Quit
!macroend

!macro JournalFunctions UN
  Function ${UN}Say
    Exch $0
    Push $1
    Push $2
    Push $3
    Push $4
    Push $5
    Push $6
    Push $7
    Push $8
    ${If} $Journal == ""
      StrCpy $Journal "$TEMP\Tiepoint-setup.log"
    ${EndIf}
    ${GetTime} "" "L" $1 $2 $3 $4 $5 $6 $7
    FileOpen $8 $Journal a
    ${If} $8 != ""
      FileSeek $8 0 END
      FileWriteUTF16LE /BOM $8 "$3-$2-$1 $5:$6:$7  $0$\r$\n"
      FileClose $8
    ${EndIf}
    ClearErrors
    Pop $8
    Pop $7
    Pop $6
    Pop $5
    Pop $4
    Pop $3
    Pop $2
    Pop $1
    Pop $0
  FunctionEnd
!macroend
!insertmacro JournalFunctions ""
!insertmacro JournalFunctions "un."
