; What Windows knows of the program: Installed apps, Run dialog, and our own notes for the next setup.

!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths"

Function WriteUninstallEntry
  WriteRegStr SHCTX "${SETUP_KEY}" "Folder" "$INSTDIR"
  WriteRegStr SHCTX "${SETUP_KEY}" "Version" "${VERSION}"
  ${If} $Everyone == 1
    StrCpy $0 '"$INSTDIR\Uninstall.exe" /AllUsers'
  ${Else}
    StrCpy $0 '"$INSTDIR\Uninstall.exe" /CurrentUser'
  ${EndIf}
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "Tiepoint"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "${PANEL},0"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "The Tiepoint authors"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '$0'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '$0 /S'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "VersionMajor" ${VERSION_MAJOR}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "VersionMinor" ${VERSION_MINOR}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoRepair" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  ${GetTime} "" "L" $1 $2 $3 $4 $5 $6 $7
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallDate" "$3$2$1"
  WriteRegStr SHCTX "${APP_PATHS}\tiepoint.exe" "" "$INSTDIR\program\tiepoint.exe"
  WriteRegStr SHCTX "${APP_PATHS}\tiepoint-panel.exe" "" "${PANEL}"
FunctionEnd

Function un.RemoveUninstallEntry
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  DeleteRegKey SHCTX "${APP_PATHS}\tiepoint.exe"
  DeleteRegKey SHCTX "${APP_PATHS}\tiepoint-panel.exe"
  DeleteRegKey SHCTX "${SETUP_KEY}"
  DeleteRegKey /ifempty SHCTX "Software\Tiepoint"
FunctionEnd
