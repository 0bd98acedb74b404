"""Vectors of 16 float32 values as a numba type, so that kernels surely use the processor's vector unit.

LLVM's own vectoriser gives up on loops with gathers and calls; with these types the kernel is written as if for one
pixel and every operation is done for 16 pixels at once (one AVX-512 register, two AVX2 or four SSE/NEON ones).
Only usable inside numba kernels. No state; any thread.

Kernels may use: `+ - *  /` between vectors and with float32 scalars, comparisons, `&` of masks, and the functions of
this module.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.core.typing.templates import ConcreteTemplate, infer_global
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES: Final = 16

_FLOATS: Final = ir.VectorType(ir.FloatType(), LANES)
_INTS: Final = ir.VectorType(ir.IntType(32), LANES)
_MASK: Final = ir.VectorType(ir.IntType(1), LANES)


class _Lanes(types.Type):
    """A numba type held in one LLVM vector."""

    def __init__(self, name: str, backend: ir.VectorType) -> None:
        super().__init__(name=name)
        self.backend = backend


class FloatLanes(_Lanes):
    """16 float32 values."""


class IntLanes(_Lanes):
    """16 int32 values."""


class MaskLanes(_Lanes):
    """16 truth values."""


FLOATS: Final = FloatLanes("floats16", _FLOATS)
INTS: Final = IntLanes("ints16", _INTS)
MASK: Final = MaskLanes("mask16", _MASK)


@register_model(FloatLanes)
@register_model(IntLanes)
@register_model(MaskLanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    """Values are LLVM vectors in registers."""

    def __init__(self, manager: Any, lanes: Any) -> None:
        super().__init__(manager, lanes, lanes.backend)


def _splat(builder: Any, value: Any) -> Any:
    """Return a vector whose 16 entries are one scalar."""
    empty = ir.Constant(ir.VectorType(value.type, LANES), ir.Undefined)
    first = builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, empty, ir.Constant(_INTS, [0] * LANES))


def _constant(value: int) -> Any:
    return ir.Constant(_INTS, [value] * LANES)


def _as_vector(builder: Any, value: Any) -> Any:
    return value if isinstance(value.type, ir.VectorType) else _splat(builder, value)


def _define(operation: Any, result: Any, build: Callable[[Any, Any, Any], Any]) -> None:
    """Teach numba an operation on two float vectors, or on a vector and a float32."""
    pairs = [(FLOATS, FLOATS), (FLOATS, types.float32), (types.float32, FLOATS)]

    class _Template(ConcreteTemplate):  # type: ignore[misc]
        key = operation
        cases = [signature(result, *pair) for pair in pairs]

    infer_global(operation)(_Template)
    for pair in pairs:

        def _lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return build(builder, _as_vector(builder, args[0]), _as_vector(builder, args[1]))

        lower_builtin(operation, *pair)(_lower)


_define(operator.add, FLOATS, lambda builder, a, b: builder.fadd(a, b))
_define(operator.sub, FLOATS, lambda builder, a, b: builder.fsub(a, b))
_define(operator.mul, FLOATS, lambda builder, a, b: builder.fmul(a, b))
_define(operator.truediv, FLOATS, lambda builder, a, b: builder.fdiv(a, b))
_define(operator.lt, MASK, lambda builder, a, b: builder.fcmp_ordered("<", a, b))
_define(operator.gt, MASK, lambda builder, a, b: builder.fcmp_ordered(">", a, b))


@infer_global(operator.and_)
class _And(ConcreteTemplate):  # type: ignore[misc]
    cases = [signature(MASK, MASK, MASK)]


@lower_builtin(operator.and_, MaskLanes, MaskLanes)
def _lower_and(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.and_(args[0], args[1])


def _math(builder: Any, name: str, *values: Any) -> Any:
    """Call an LLVM math intrinsic on float vectors."""
    kind = ir.FunctionType(_FLOATS, [_FLOATS] * len(values))
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{LANES}f32")
    return builder.call(function, values)


@intrinsic
def splat(typing: Any, value: Any) -> Any:
    """Return a vector whose 16 entries are one float32."""
    return FLOATS(types.float32), lambda context, builder, sig, args: _splat(builder, args[0])


@intrinsic
def floor(typing: Any, a: Any) -> Any:
    """Round down."""
    return FLOATS(FLOATS), lambda context, builder, sig, args: _math(builder, "floor", args[0])


@intrinsic
def absolute(typing: Any, a: Any) -> Any:
    """Drop the sign."""
    return FLOATS(FLOATS), lambda context, builder, sig, args: _math(builder, "fabs", args[0])


@intrinsic
def root(typing: Any, a: Any) -> Any:
    """Return the square root."""
    return FLOATS(FLOATS), lambda context, builder, sig, args: _math(builder, "sqrt", args[0])


@intrinsic
def smaller(typing: Any, a: Any, b: Any) -> Any:
    """Return the smaller of each two entries."""
    return FLOATS(FLOATS, FLOATS), lambda context, builder, sig, args: _math(builder, "minnum", *args)


@intrinsic
def larger(typing: Any, a: Any, b: Any) -> Any:
    """Return the larger of each two entries."""
    return FLOATS(FLOATS, FLOATS), lambda context, builder, sig, args: _math(builder, "maxnum", *args)


@intrinsic
def choose(typing: Any, mask: Any, a: Any, b: Any) -> Any:
    """Return `a` where the mask is true, else `b`."""
    return FLOATS(MASK, FLOATS, FLOATS), lambda context, builder, sig, args: builder.select(*args)


@intrinsic
def any_lane(typing: Any, mask: Any) -> Any:
    """Return whether any of the 16 is true."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(MASK), generate


@intrinsic
def to_index(typing: Any, a: Any) -> Any:
    """Return whole float values (below 2**24) as integers."""
    return INTS(FLOATS), lambda context, builder, sig, args: builder.fptosi(args[0], _INTS)


@intrinsic
def gather(typing: Any, array: Any, index: Any) -> Any:
    """Return the entries of a flat uint32 array at 16 indices, without any check."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        result = ir.Constant(_INTS, ir.Undefined)
        for lane in range(LANES):
            place = ir.Constant(ir.IntType(32), lane)
            address = builder.gep(data, [builder.extract_element(args[1], place)], inbounds=True)
            result = builder.insert_element(result, builder.load(address), place)
        return result

    return INTS(array, INTS), generate


@intrinsic
def byte_of(typing: Any, words: Any, shift: Any) -> Any:
    """Return one byte of each word as a float.

    Args:
        words: 16 int32 values.
        shift: Literal 0, 8, 16 or 24: the byte's lowest bit.
    """
    if not isinstance(shift, types.IntegerLiteral):
        return None
    bits = shift.literal_value

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        shifted = builder.lshr(args[0], _constant(bits)) if bits else args[0]
        return builder.sitofp(builder.and_(shifted, _constant(255)), _FLOATS)

    return FLOATS(INTS, shift), generate


def _address(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Return the address of 16 floats from a place in a flat array, as a pointer to a vector."""
    data = context.make_array(sig.args[0])(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [args[1]], inbounds=True), _FLOATS.as_pointer())


@intrinsic
def load(typing: Any, array: Any, place: Any) -> Any:
    """Return 16 neighbouring entries of a flat float32 array, without any check."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_address(context, builder, sig, args), align=4)

    return FLOATS(array, types.intp), generate


@intrinsic
def store(typing: Any, array: Any, place: Any, value: Any) -> Any:
    """Write 16 neighbouring entries of a flat float32 array, without any check."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _address(context, builder, sig, args), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, FLOATS), generate
