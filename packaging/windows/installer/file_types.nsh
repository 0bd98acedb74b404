; File types: Tiepoint is offered under "Open with", in Default apps, and for folders; what opens a file now is never changed.

!define CLASSES "Software\Classes"
!define MODEL_CLASS "Tiepoint.Model"
!define CAPABILITIES "Software\Tiepoint\Capabilities"
!define PANEL_APPLICATION "${CLASSES}\Applications\tiepoint-panel.exe"

; Models that the panel opens (app/tiepoint/ui/opening.py) and photos that it takes (app/tiepoint/domain/photo.py).
!macro EachModel DO
  !insertmacro ${DO} ".glb"
  !insertmacro ${DO} ".gltf"
  !insertmacro ${DO} ".obj"
  !insertmacro ${DO} ".ply"
  !insertmacro ${DO} ".stl"
!macroend
; Plans of clusters, and captures by their capture.json: suffixes that belong to many, so only "Choose another app" offers us.
!macro EachOther DO
  !insertmacro ${DO} ".json"
  !insertmacro ${DO} ".toml"
!macroend
!macro EachPhoto DO
  !insertmacro ${DO} ".3fr"
  !insertmacro ${DO} ".arw"
  !insertmacro ${DO} ".avif"
  !insertmacro ${DO} ".bmp"
  !insertmacro ${DO} ".cr2"
  !insertmacro ${DO} ".cr3"
  !insertmacro ${DO} ".crw"
  !insertmacro ${DO} ".dcr"
  !insertmacro ${DO} ".dng"
  !insertmacro ${DO} ".erf"
  !insertmacro ${DO} ".heic"
  !insertmacro ${DO} ".heif"
  !insertmacro ${DO} ".hif"
  !insertmacro ${DO} ".iiq"
  !insertmacro ${DO} ".jp2"
  !insertmacro ${DO} ".jpe"
  !insertmacro ${DO} ".jpeg"
  !insertmacro ${DO} ".jpg"
  !insertmacro ${DO} ".kdc"
  !insertmacro ${DO} ".mrw"
  !insertmacro ${DO} ".nef"
  !insertmacro ${DO} ".nrw"
  !insertmacro ${DO} ".orf"
  !insertmacro ${DO} ".pef"
  !insertmacro ${DO} ".png"
  !insertmacro ${DO} ".raf"
  !insertmacro ${DO} ".rw2"
  !insertmacro ${DO} ".sr2"
  !insertmacro ${DO} ".srf"
  !insertmacro ${DO} ".srw"
  !insertmacro ${DO} ".tif"
  !insertmacro ${DO} ".tiff"
  !insertmacro ${DO} ".webp"
  !insertmacro ${DO} ".x3f"
!macroend

!macro WriteModelType SUFFIX
  WriteRegNone SHCTX "${CLASSES}\${SUFFIX}\OpenWithProgids" "${MODEL_CLASS}"
  WriteRegStr SHCTX "${CAPABILITIES}\FileAssociations" "${SUFFIX}" "${MODEL_CLASS}"
!macroend
!macro WriteSupported SUFFIX
  WriteRegStr SHCTX "${PANEL_APPLICATION}\SupportedTypes" "${SUFFIX}" ""
!macroend
!macro RemoveModelType SUFFIX
  DeleteRegValue SHCTX "${CLASSES}\${SUFFIX}\OpenWithProgids" "${MODEL_CLASS}"
  DeleteRegKey /ifempty SHCTX "${CLASSES}\${SUFFIX}\OpenWithProgids"
  DeleteRegKey /ifempty SHCTX "${CLASSES}\${SUFFIX}"
!macroend

; Explorer looks again at icons and menus.
!macro TellExplorer
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

Function WriteFileTypes
  WriteRegStr SHCTX "${CLASSES}\${MODEL_CLASS}" "" "3D model"
  WriteRegStr SHCTX "${CLASSES}\${MODEL_CLASS}" "FriendlyTypeName" "3D model"
  WriteRegStr SHCTX "${CLASSES}\${MODEL_CLASS}\DefaultIcon" "" "${PANEL},0"
  WriteRegStr SHCTX "${CLASSES}\${MODEL_CLASS}\shell\open\command" "" '"${PANEL}" "%1"'
  WriteRegStr SHCTX "${PANEL_APPLICATION}" "FriendlyAppName" "Tiepoint"
  WriteRegStr SHCTX "${PANEL_APPLICATION}\shell\open\command" "" '"${PANEL}" "%1"'
  WriteRegStr SHCTX "${CLASSES}\Directory\shell\Tiepoint" "" "Open in Tiepoint"
  WriteRegStr SHCTX "${CLASSES}\Directory\shell\Tiepoint" "Icon" "${PANEL},0"
  WriteRegStr SHCTX "${CLASSES}\Directory\shell\Tiepoint\command" "" '"${PANEL}" "%1"'
  WriteRegStr SHCTX "${CAPABILITIES}" "ApplicationName" "Tiepoint"
  WriteRegStr SHCTX "${CAPABILITIES}" "ApplicationDescription" "Photos to measured 3D models"
  !insertmacro EachModel WriteModelType
  !insertmacro EachModel WriteSupported
  !insertmacro EachPhoto WriteSupported
  !insertmacro EachOther WriteSupported
  WriteRegStr SHCTX "Software\RegisteredApplications" "Tiepoint" "${CAPABILITIES}"
  !insertmacro TellExplorer
FunctionEnd

!macro FileTypeRemover UN
  Function ${UN}RemoveFileTypes
    !insertmacro EachModel RemoveModelType
    DeleteRegKey SHCTX "${CLASSES}\${MODEL_CLASS}"
    DeleteRegKey SHCTX "${PANEL_APPLICATION}"
    DeleteRegKey SHCTX "${CLASSES}\Directory\shell\Tiepoint"
    DeleteRegKey SHCTX "${CAPABILITIES}"
    DeleteRegValue SHCTX "Software\RegisteredApplications" "Tiepoint"
    !insertmacro TellExplorer
    ClearErrors
  FunctionEnd
!macroend
!insertmacro FileTypeRemover ""
!insertmacro FileTypeRemover "un."
