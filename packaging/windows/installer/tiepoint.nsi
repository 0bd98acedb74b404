; The Windows installer: what it is, its pages, and the order of its steps. The steps stand in the parts beside it.
; build_installer.py gives OUT, PAYLOAD, VERSION, VERSION_QUAD, NEEDED_MB, DEEPEST, HERE, and SIGNER where something signs.
Unicode true
Target amd64-unicode

Name "Tiepoint"
OutFile "${OUT}"
BrandingText "Tiepoint ${VERSION}"
; Asked for by the part that needs it (mode.nsh): for oneself no rights are needed.
RequestExecutionLevel user
ManifestSupportedOS Win10
ManifestDPIAware true
ManifestLongPathAware true
ShowInstDetails nevershow
ShowUninstDetails nevershow
AllowRootDirInstall false
!ifdef FAST
  SetCompressor zlib
!else
  ; Not solid: a solid block of this size would be unpacked into the temporary folder first.
  SetCompressor lzma
  SetCompressorDictSize 64
!endif
SetDatablockOptimize on
SetOverwrite try

VIProductVersion "${VERSION_QUAD}"
VIAddVersionKey "ProductName" "Tiepoint"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Tiepoint Setup"
VIAddVersionKey "CompanyName" "The Tiepoint authors"
VIAddVersionKey "LegalCopyright" "Apache License 2.0"

!ifdef SIGNER
  !uninstfinalize '${SIGNER} "%1"' = 0
  !finalize '${SIGNER} "%1"' = 0
!endif

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "nsDialogs.nsh"
!include "Sections.nsh"
!include "WinMessages.nsh"
!include "WinVer.nsh"
!include "WordFunc.nsh"

!define SETUP_KEY "Software\Tiepoint\Setup"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Tiepoint"
!define PANEL "$INSTDIR\program\tiepoint-panel.exe"

Var Everyone ; 1 = for everyone on this computer, 0 = for whoever runs this
Var Before ; version that is being replaced; empty = none

!include "${HERE}/journal.nsh"
!include "${HERE}/switches.nsh"
!include "${HERE}/mode.nsh"
!include "${HERE}/running.nsh"
!include "${HERE}/program.nsh"
!include "${HERE}/search_path.nsh"
!include "${HERE}/file_types.nsh"
!include "${HERE}/registry.nsh"
!include "${HERE}/conditions.nsh"

!define MUI_ICON "${HERE}/../tiepoint.ico"
!define MUI_UNICON "${HERE}/../tiepoint.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${HERE}${SEPARATOR}side.bmp"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_WELCOMEPAGE_TEXT "Tiepoint turns photos into measured 3D models, on this computer or on a cluster.$\r$\n$\r$\nYour captures, models and settings are kept when Tiepoint is replaced or removed.$\r$\n$\r$\nClick Next to go on."
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT "Start Tiepoint"
!define MUI_FINISHPAGE_RUN_FUNCTION StartPanel

!insertmacro MUI_PAGE_WELCOME
Page custom ModePage ModePageLeave
!insertmacro MUI_PAGE_COMPONENTS
!define MUI_PAGE_CUSTOMFUNCTION_PRE SkipWhereInstalled
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE CheckFolder
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Function .onInit
  Call ReadSwitches
  ${Say} "Tiepoint ${VERSION} setup begins: $CMDLINE"
  Call CheckWindows
  Call ChooseMode
  Call SelectSections
FunctionEnd

Section "Tiepoint" SectionProgram
  SectionIn RO
  AddSize ${SIZE_KB} ; the files stand in a function, where they are not counted
  Call CheckAll
  Call PlaceProgram
  Call WriteUninstallEntry
  CreateShortcut "$SMPROGRAMS\Tiepoint.lnk" "${PANEL}" "" "${PANEL}" 0 SW_SHOWNORMAL "" "Photos to measured 3D models"
SectionEnd

Section "Open models and photos with Tiepoint" SectionFileTypes
SectionEnd

Section /o "Shortcut on the desktop" SectionDesktop
SectionEnd

Section /o "Commands in every terminal (PATH)" SectionPath
SectionEnd

Section /o "Long paths for all programs of this computer" SectionLongPaths
SectionEnd

; What was chosen before and no longer is goes, too: so these are written here, one after the other, chosen or not.
Section "-choices"
  Call WriteChoices
  ${Say} "Tiepoint ${VERSION} is installed in $INSTDIR"
SectionEnd

!include "${HERE}/choices.nsh"
!include "${HERE}/uninstall.nsh"

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionProgram} "The panel, the command line and the engine for this computer."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionFileTypes} "Offers Tiepoint under Open with for GLB, glTF, OBJ, PLY, STL and photos, and for folders. What opens them now stays."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionDesktop} "Puts Tiepoint on the desktop."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionPath} "Lets tiepoint and tiepoint-agent be typed in new terminals."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionLongPaths} "Lets Windows open paths longer than 260 characters: captures deep in folders need it. Only for everyone; it stays when Tiepoint is removed."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; An installer that runs with an administrator's rights must not lend them to the panel: the desktop's own shell starts it.
Function StartPanel
  Exec '"$WINDIR\explorer.exe" "$SMPROGRAMS\Tiepoint.lnk"'
FunctionEnd
