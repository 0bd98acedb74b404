"""What is drawn: the model in two levels of detail, frusta, ground grid and background. The render thread only.

Knows nothing of Qt. Coordinates that come in are the job frame's; the model's origin is taken from all of them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.drawables import Drawable, to_vtk
from tiepoint.ui.viewer.looks import Look
from tiepoint.ui.viewer.surface import Texture
from tiepoint.ui.viewer.terms import Backfaces, DisplayMode, Point

_SLOW_FRAME_S: Final = 0.06


@dataclass(slots=True)
class _Shown:
    """An actor and what it shows."""

    drawable: Drawable
    actor: Any
    mapper: Any


@dataclass(slots=True)
class _Level:
    """One level of detail."""

    shown: list[_Shown] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Faces of it, or points when there are no faces."""
        faces = sum(each.drawable.faces for each in self.shown)
        return faces or sum(each.drawable.points for each in self.shown)


class Scene:
    """Everything in one render window.

    Args:
        window: A vtkRenderWindow whose context is current in this thread.
        is_software: Drawn without a graphics card: in motion only what is light.

    `serial` is the number of the model shown, for whoever waits to see it.
    """

    def __init__(self, window: Any, *, is_software: bool = False) -> None:
        from vtkmodules.vtkRenderingCore import vtkRenderer

        self._window = window
        self._is_software = is_software
        self._renderer = vtkRenderer()
        self._renderer.GradientBackgroundOn()
        self._renderer.TwoSidedLightingOn()
        window.AddRenderer(self._renderer)
        self._light()
        self._look = Look()
        self._origin = np.zeros(3)
        self._light_level = _Level()
        self._full_level = _Level()
        self._waiting: deque[Drawable] = deque()
        self._expected = 0
        self._textures: dict[int, Any] = {}
        self._lines: dict[str, Any] = {}
        self._plane: Any = None
        self._bounds = (np.zeros(3), np.ones(3))
        self._full_frame_s = 0.0
        self._ratio = 1.0
        self.serial = 0

    # the model

    @property
    def is_whole(self) -> bool:
        """True when full detail is there, or the model is light enough to have one level only."""
        return not self._waiting and len(self._full_level.shown) >= self._expected

    @property
    def has_waiting(self) -> bool:
        """True when a piece of full detail waits to be handed to the graphics card."""
        return bool(self._waiting)

    def show_model(self, drawables: Sequence[Drawable], origin: Point, bounds: tuple[Point, Point]) -> None:
        """Show a model in place of the one before.

        Args:
            drawables: All of it, or its stand-in.
            origin: What was taken from its points.
            bounds: Lowest and highest corner, job frame.
        """
        self.clear_model()
        self._origin = np.asarray(origin, float)
        self._bounds = (np.asarray(bounds[0], float), np.asarray(bounds[1], float))
        self._light_level.shown = [self._add(each) for each in drawables]

    def add_detail(self, drawables: Sequence[Drawable]) -> None:
        """Add full detail piece by piece; the stand-in is drawn until all of it is there."""
        self._drop(self._full_level)
        self._waiting = deque(drawables)
        self._expected = len(drawables)

    def clear_model(self) -> None:
        """Show no model."""
        self._drop(self._light_level)
        self._drop(self._full_level)
        self._waiting.clear()
        self._expected = 0
        self._full_frame_s = 0.0
        for texture in self._textures.values():
            texture.ReleaseGraphicsResources(self._window)
        self._textures.clear()

    def take_piece(self) -> bool:
        """Hand the next piece of full detail to the graphics card, and return whether it was the last.

        The picture made on the way is of no use.
        """
        shown = self._add(self._waiting.popleft())
        self._show(self._light_level, False)
        self._show(self._full_level, False)
        shown.actor.VisibilityOn()
        self._window.Render()
        self._full_level.shown.append(shown)
        return not self._waiting

    # looks

    def set_look(self, look: Look) -> None:
        """Draw everything in another look."""
        self._look = look
        self._renderer.SetBackground(*look.background_bottom)
        self._renderer.SetBackground2(*look.background_top)
        for level in (self._light_level, self._full_level):
            for each in level.shown:
                self._dress(each)

    def set_lines(
        self, name: str, points: NDArray[Any], lines: NDArray[Any], colours: NDArray[np.uint8], width: float
    ) -> None:
        """Draw lines in place of those of the same name; none are drawn when `lines` is empty.

        Args:
            name: What they are.
            points: (N, 3), job frame.
            lines: (M, 2) indices.
            colours: (M, 3) or (M, 4) uint8.
            width: Logical pixels.
        """
        from vtkmodules.vtkCommonCore import vtkPoints
        from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        old = self._lines.pop(name, None)
        if old is not None:
            self._remove(old)
        if len(lines) == 0:
            return
        data = vtkPolyData()
        corners = vtkPoints()
        corners.SetData(to_vtk(np.ascontiguousarray(points - self._origin, np.float32), deep=True))
        cells = vtkCellArray()
        cells.SetData(2, to_vtk(np.ascontiguousarray(lines, np.int32).ravel(), deep=True))
        data.SetPoints(corners)
        data.SetLines(cells)
        data.GetCellData().SetScalars(to_vtk(np.ascontiguousarray(colours), deep=True))
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(data)
        actor = vtkActor()
        actor.SetMapper(mapper)
        actor.GetProperty().LightingOff()
        actor.GetProperty().SetLineWidth(width * self._ratio)
        self._renderer.AddActor(actor)
        self._lines[name] = actor

    def set_plane(self, corners: NDArray[Any] | None, picture: Drawable | None) -> None:
        """Draw a picture on a flat square, or none.

        Args:
            corners: (4, 3) job frame, the picture's top left, top right, bottom right, bottom left.
            picture: Carries the image.
        """
        if self._plane is not None:
            self._remove(self._plane.actor)
            self._plane = None
        if corners is None or picture is None:
            return

        points = np.ascontiguousarray(corners - self._origin, np.float32)
        picture.data.GetPoints().SetData(to_vtk(points, deep=True))
        self._plane = self._add(picture)
        self._dress(self._plane, Look(mode=DisplayMode.TEXTURED))

    # drawing

    def draw(self, camera: CameraView, ratio: float, *, moving: bool) -> int:
        """Draw one picture into the window and return how many faces or points of the model are in it.

        Args:
            camera: The camera; its size in logical pixels is the picture's.
            ratio: Device pixels per logical pixel.
            moving: The next picture will follow at once.
        """
        self._set_ratio(ratio)
        size = (max(1, round(camera.width * ratio)), max(1, round(camera.height * ratio)))
        if tuple(self._window.GetSize()) != size:
            self._window.SetSize(*size)
        full = self.is_whole and bool(self._full_level.shown) and not (moving and self._is_slow())
        self._show(self._light_level, not full)
        self._show(self._full_level, full)
        self._place(camera)
        # Without samples of its own the card's edges are smoothed afterwards, which is not worth the time in motion.
        self._renderer.SetUseFXAA(self._is_software and not moving)
        start = time.perf_counter()
        self._window.Render()
        if full:
            self._full_frame_s = time.perf_counter() - start
        return (self._full_level if full else self._light_level).count

    def close(self) -> None:
        """Release everything of the graphics card."""
        self.clear_model()
        for actor in list(self._lines.values()):
            self._remove(actor)
        self._lines.clear()
        self.set_plane(None, None)
        self._window.RemoveRenderer(self._renderer)

    # inside

    def _is_slow(self) -> bool:
        return self._is_software or self._full_frame_s > _SLOW_FRAME_S

    def _set_ratio(self, ratio: float) -> None:
        if ratio == self._ratio:
            return
        for actor in self._lines.values():
            line_width = actor.GetProperty().GetLineWidth()
            actor.GetProperty().SetLineWidth(line_width * ratio / self._ratio)
        self._ratio = ratio
        for level in (self._light_level, self._full_level):
            for each in level.shown:
                each.actor.GetProperty().SetPointSize(self._look.point_size_px * ratio)

    def _light(self) -> None:
        from vtkmodules.vtkRenderingCore import vtkLight

        self._renderer.AutomaticLightCreationOff()
        for position, strength in (((-0.6, 0.9, 1.2), 0.78), ((0.9, -0.2, 0.8), 0.26), ((0.0, 0.0, 1.0), 0.16)):
            light = vtkLight()
            light.SetLightTypeToCameraLight()
            light.SetPosition(*position)
            light.SetIntensity(strength)
            self._renderer.AddLight(light)

    def _add(self, drawable: Drawable) -> _Shown:
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        mapper = vtkPolyDataMapper()
        mapper.SetInputData(drawable.data)
        mapper.SetScalarModeToUsePointData()
        actor = vtkActor()
        actor.SetMapper(mapper)
        shown = _Shown(drawable, actor, mapper)
        self._dress(shown)
        self._renderer.AddActor(actor)
        return shown

    def _dress(self, shown: _Shown, look: Look | None = None) -> None:
        look = look or self._look
        prop = shown.actor.GetProperty()
        own_colours = look.mode in {DisplayMode.TEXTURED, DisplayMode.POINTS}
        is_cloud = shown.drawable.faces == 0
        textured = own_colours and shown.drawable.texture is not None
        coloured = (own_colours or is_cloud) and shown.drawable.has_colours and not textured
        shown.actor.SetTexture(self._texture(shown.drawable) if textured else None)
        shown.mapper.SetScalarVisibility(coloured)
        wire = look.mode is DisplayMode.WIREFRAME and not is_cloud
        dots = look.mode is DisplayMode.POINTS or is_cloud
        lit = not (textured or coloured or wire or dots)
        prop.SetLighting(lit)
        prop.SetRepresentation(0 if dots else 1 if wire else 2)
        prop.SetColor(*((1, 1, 1) if textured or coloured else look.wire if wire else look.clay))
        prop.SetAmbient(0.22)
        prop.SetDiffuse(0.82)
        prop.SetSpecular(0.06)
        prop.SetSpecularPower(12)
        prop.SetPointSize(look.point_size_px * self._ratio)
        prop.SetLineWidth(self._ratio)
        prop.SetBackfaceCulling(look.backfaces is Backfaces.HIDDEN and not is_cloud)
        shown.actor.SetBackfaceProperty(self._behind(prop, look) if look.backfaces is Backfaces.TINTED else None)

    def _behind(self, front: Any, look: Look) -> Any:
        from vtkmodules.vtkRenderingCore import vtkProperty

        behind = vtkProperty()
        behind.DeepCopy(front)
        behind.SetColor(*look.behind)
        return behind

    def _texture(self, drawable: Drawable) -> Any:
        from vtkmodules.vtkRenderingCore import vtkTexture

        picture: Texture | None = drawable.texture
        key = id(picture)
        if key not in self._textures:
            texture = vtkTexture()
            texture.SetInputData(drawable.image)
            texture.InterpolateOn()
            texture.MipmapOn()
            texture.SetMaximumAnisotropicFiltering(4)
            texture.SetColorModeToDirectScalars()
            self._textures[key] = texture
        return self._textures[key]

    def _show(self, level: _Level, visible: bool) -> None:
        for each in level.shown:
            each.actor.SetVisibility(visible)

    def _drop(self, level: _Level) -> None:
        for each in level.shown:
            self._remove(each.actor)
        level.shown.clear()

    def _remove(self, actor: Any) -> None:
        self._renderer.RemoveActor(actor)
        actor.ReleaseGraphicsResources(self._window)

    def _place(self, view: CameraView) -> None:
        camera = self._renderer.GetActiveCamera()
        camera.SetPosition(*(np.asarray(view.position) - self._origin))
        camera.SetFocalPoint(*(np.asarray(view.pivot) - self._origin))
        camera.SetViewUp(*view.up)
        camera.SetViewAngle(view.view_angle_deg)
        camera.SetParallelProjection(view.is_orthographic)
        camera.SetParallelScale(view.metres_per_pixel * view.height / 2)
        self._renderer.ResetCameraClippingRange()
