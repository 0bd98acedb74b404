; Whether the program runs: Windows lets nobody write to the file of a running program. A virus scanner holds files for moments
; only, so each is tried for two seconds.

!macro RunningFunctions UN
  ; Leaves the name of what runs on the stack; empty = nothing.
  Function ${UN}FindRunning
    Push $0
    Push $1
    Push $2
    StrCpy $2 ""
    StrCpy $0 "tiepoint.exe"
    Call ${UN}IsHeld
    StrCpy $0 "tiepoint-panel.exe"
    Call ${UN}IsHeld
    StrCpy $0 "tiepoint-agent.exe"
    Call ${UN}IsHeld
    StrCpy $0 $2
    Pop $2
    Pop $1
    Exch $0
  FunctionEnd

  ; $0: a file's name; put into $2 where it is held.
  Function ${UN}IsHeld
    ${IfNot} ${FileExists} "$INSTDIR\program\$0"
      Return
    ${EndIf}
    Push $3
    ${For} $3 1 5
      ClearErrors
      FileOpen $1 "$INSTDIR\program\$0" a
      ${If} $1 != ""
        FileClose $1
        ${Break}
      ${EndIf}
      Sleep 500
    ${Next}
    ${If} $1 == ""
      StrCpy $2 $0
    ${EndIf}
    ClearErrors
    Pop $3
  FunctionEnd

  ; Ask the agent and the transfer worker of this person to end; jobs and transfers go on with the next start.
  Function ${UN}StopDaemons
    ${Say} "Asking agent and transfer worker to end"
    nsExec::Exec /TIMEOUT=60000 '"$INSTDIR\program\tiepoint-agent.exe" stop'
    Pop $0
    nsExec::Exec /TIMEOUT=60000 '"$INSTDIR\program\tiepoint.exe" transfers stop'
    Pop $0
  FunctionEnd

  Function ${UN}CheckRunning
    ${If} $WishStop == 1
      Call ${UN}StopDaemons
    ${EndIf}
    ${Do}
      Call ${UN}FindRunning
      Pop $0
      ${If} $0 == ""
        ${Break}
      ${EndIf}
      ${Say} "$0 is running"
      MessageBox MB_RETRYCANCEL|MB_ICONINFORMATION "Tiepoint is running ($0). Close its window, then click Retry.$\r$\n$\r$\nThat also ends its agent and its transfers on this computer; they go on from where they were with the next start." /SD IDCANCEL IDRETRY again
      ${Refuse} 10 "Tiepoint is running ($0), so it was left as it is. Close it on this computer, for each person that uses it, and try again."
      again:
      Call ${UN}StopDaemons
    ${Loop}
  FunctionEnd
!macroend
!insertmacro RunningFunctions ""
!insertmacro RunningFunctions "un."
