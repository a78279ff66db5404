from __future__ import annotations

import pytest
import setup_environment


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu avx512_vnni amx_bf16 amx_tile amx_int8", True),
        ("flags : fpu avx512_vnni", False),
        ("Features : fp asimd", False),
        ("", False),
    ],
)
def test_kernels_for_amx_are_left_out_where_the_processor_has_it(
    monkeypatch: pytest.MonkeyPatch, flags: str, expected: bool
) -> None:
    monkeypatch.setattr(setup_environment, "cpu_identity", lambda: flags)
    settings = setup_environment.build_settings()
    assert any("-U__AMX_INT8__" in setting for setting in settings) is expected
    assert "-DGGML_OPENMP=OFF" in settings
