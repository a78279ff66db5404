"""The plain PyTorch pair computes what transformers' classes compute."""

import pytest

torch = pytest.importorskip("torch", reason="training code: needs PyTorch, which the app does not")
pytest.importorskip("transformers", reason="compares with transformers' classes")

import config as nano_config  # noqa: E402
import hf  # noqa: E402
import model as nano_model  # noqa: E402

TINY = nano_config.TargetConfig(vocab=320, hidden=64, ffn=96, heads=4, kv=2, head_dim=16, global_head_dim=32, window=8)
TINY_DRAFTER = nano_config.DrafterConfig(hidden=32, ffn=64, heads=4, target=TINY)


@pytest.fixture(scope="module")
def pair():
    torch.manual_seed(0)
    ours = nano_model.Target(TINY).eval(), nano_model.Drafter(TINY_DRAFTER).eval()
    for module in ours:
        for name, p in module.named_parameters():
            if "norm" in name:
                torch.nn.init.normal_(p, 1.0, 0.2)
    theirs = hf.hf_pair(TINY, TINY_DRAFTER, ours[0].state_dict(), ours[1].state_dict(), torch.float32)
    return ours, theirs


@torch.no_grad()
def test_the_target_gives_the_logits_of_transformers_beyond_its_window(pair):
    (target, _), (theirs, _) = pair
    ids = torch.randint(7, 320, (2, 24))
    masks = nano_model.dense_masks(TINY, torch.zeros_like(ids))
    h, _ = target.hidden(target.embed(ids, target.table()), torch.arange(24), masks)
    torch.testing.assert_close(target.logits(h, target.table()), theirs(ids).logits, atol=2e-4, rtol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("at", [1, 5, 7])
def test_the_drafter_gives_the_logits_of_transformers_at_a_held_position(pair, at):
    (target, drafter), (_, theirs) = pair
    ids = torch.randint(7, 320, (1, 8))
    documents = torch.zeros_like(ids)
    x = target.embed(ids, target.table())
    h, kv = target.hidden(x, torch.arange(8), nano_model.dense_masks(TINY, documents))
    masks = nano_model.dense_masks(TINY, documents, strict=True)
    before = torch.cat((h[:, :1], h[:, :-1]), 1)
    rope = nano_model.rope_tables(TINY, torch.arange(8))
    state, following = drafter.step(x, before, kv, rope, masks)
    seen = {kind: (k[:, :, :at], v[:, :, :at]) for kind, (k, v) in kv.items()}
    out = theirs(
        inputs_embeds=torch.cat((x[:, at : at + 1], before[:, at : at + 1]), -1),
        position_ids=torch.tensor([[at]]),
        shared_kv_states=seen,
    )
    logits = state[:, at] @ drafter.table().T
    torch.testing.assert_close(logits, out.logits[:, 0], atol=2e-4, rtol=1e-4)
    torch.testing.assert_close(following[:, at], out.last_hidden_state[:, 0], atol=2e-4, rtol=1e-4)


def test_documents_in_one_row_do_not_see_each_other():
    documents = torch.tensor([[0, 0, 0, 1, 1]])
    seen = nano_model.dense_masks(TINY, documents)[nano_config.FULL][0, 0]
    assert not seen[3:, :3].any()
    assert seen[4, 3:].all()


def test_grid_values_survive_bf16_and_a_second_rounding():
    w = torch.randn(64, 96) * torch.logspace(-3, 1, 64)[:, None]
    once = nano_model.to_q4_grid(w)
    assert torch.equal(once.bfloat16().float(), once)
    assert torch.equal(nano_model.to_q4_grid(once), once)
    assert (once - w).abs().mean() < 0.12 * w.abs().mean()


def test_grid_values_are_what_gguf_q4_0_holds():
    gguf = pytest.importorskip("gguf")
    once = nano_model.to_q4_grid(torch.randn(32, 64)).numpy()
    kind = gguf.GGMLQuantizationType.Q4_0
    again = gguf.quants.dequantize(gguf.quants.quantize(once, kind), kind)
    assert (again == once).all()
