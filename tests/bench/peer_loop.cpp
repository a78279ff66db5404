// llama.cpp's own speculative decoding, one round a call, so that its rounds can be timed between ours.
// It drives the library's common_speculative and common_sampler as its program llama-speculative-simple does, for
// contexts that can take back rejected tokens. Used by peer.py, which tells how it is built.

#include <vector>

#include "common.h"
#include "llama.h"
#include "sampling.h"
#include "speculative.h"

namespace {

struct Peer {
    common_params params;
    common_init_result_ptr target;
    common_speculative_init_result_ptr drafter;
    common_speculative * spec = nullptr;
    common_sampler_ptr sampler;
    llama_context * ctx = nullptr;
    llama_context * ctx_draft = nullptr;
    common_batch batch;
    llama_tokens fed;    // tokens in the target's cache
    llama_token last = 0; // emitted, not fed yet
    llama_tokens draft;
};

}  // namespace

extern "C" {

void * peer_open(const char * target, const char * drafter, int k, int threads, int context) {
    auto * p = new Peer();
    common_params & params = p->params;
    params.model.path = target;
    params.n_ctx = context;
    params.n_batch = params.n_ubatch = 512;
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads;
    params.sampling.temp = 0.0f;
    params.speculative.types = { COMMON_SPECULATIVE_TYPE_DRAFT_MTP };
    params.speculative.draft.mparams.path = drafter;
    params.speculative.draft.n_max = k;
    params.speculative.draft.n_min = 0;
    params.speculative.draft.p_min = 0.0f;
    params.speculative.draft.cpuparams = params.speculative.draft.cpuparams_batch = params.cpuparams;
    const auto limits = common_speculative_get_output_limits(params.n_batch, params.n_parallel, k);
    params.n_outputs_max = limits.total;
    params.n_outputs_max_per_seq = limits.per_seq;
    p->target = common_init_from_params(params);
    if (!p->target || !p->target->context()) {
        return nullptr;
    }
    p->ctx = p->target->context();
    common_params for_draft = common_base_params_to_speculative(params);
    p->drafter = common_speculative_init_from_params(for_draft, p->target->model(), p->ctx);
    p->ctx_draft = p->drafter->context();
    params.speculative.draft.ctx_tgt = p->ctx;
    params.speculative.draft.ctx_dft = p->ctx_draft;
    p->spec = common_speculative_init(params.speculative, 1);
    p->sampler.reset(common_sampler_init(p->target->model(), params.sampling));
    p->batch = common_batch(p->ctx);
    return p->spec ? p : nullptr;
}

// Feeds the prompt; the first round starts from the emitted token `first`.
int peer_begin(void * handle, const llama_token * tokens, int count, llama_token first) {
    auto * p = static_cast<Peer *>(handle);
    llama_memory_clear(llama_get_memory(p->ctx), false);
    common_sampler_reset(p->sampler.get());
    p->fed.assign(tokens, tokens + count);
    p->last = first;
    p->batch.clear();
    for (int i = 0; i < count; ++i) {
        p->batch.add(tokens[i], i, 0, i == count - 1);
    }
    if (llama_process(p->ctx, LLAMA_PROCESS_TYPE_DECODE, p->batch.get()) != 0) {
        return 1;
    }
    if (!common_speculative_process(p->spec, p->batch)) {
        return 2;
    }
    common_speculative_begin(p->spec, 0, p->fed);
    return 0;
}

// Runs one round; returns how many tokens it emitted, below 0 for a failure. `drafted` receives the draft's length.
int peer_round(void * handle, int most, llama_token * emitted, int * drafted) {
    auto * p = static_cast<Peer *>(handle);
    int past = (int) p->fed.size();
    p->draft.clear();
    auto & how = common_speculative_get_draft_params(p->spec, 0);
    how = { true, most, (llama_pos) past, p->last, &p->fed, &p->draft };
    common_speculative_draft(p->spec);
    llama_memory_seq_rm(llama_get_memory(p->ctx_draft), 0, past, -1);
    p->batch.clear();
    p->batch.add(p->last, past++, 0, true);
    for (size_t i = 0; i < p->draft.size(); ++i) {
        p->batch.add(p->draft[i], past + (int) i, 0, true);
    }
    if (llama_process(p->ctx, LLAMA_PROCESS_TYPE_DECODE, p->batch.get()) != 0) {
        return -1;
    }
    if (!common_speculative_process(p->spec, p->batch)) {
        return -2;
    }
    const auto ids = common_sampler_sample_and_accept_n(p->sampler.get(), p->ctx, p->draft);
    common_speculative_accept(p->spec, 0, (uint16_t) (ids.size() - 1));
    past += (int) ids.size() - 1;
    *drafted = (int) p->draft.size();
    std::string text;
    for (size_t i = 0; i < ids.size(); ++i) {
        p->fed.push_back(p->last);
        p->last = ids[i];
        text += common_token_to_piece(p->ctx, ids[i]);
        emitted[i] = ids[i];
    }
    llama_memory_seq_rm(llama_get_memory(p->ctx), 0, past, -1);
    llama_memory_seq_rm(llama_get_memory(p->ctx_draft), 0, past, -1);
    return (int) ids.size();
}

void peer_close(void * handle) {
    auto * p = static_cast<Peer *>(handle);
    common_speculative_free(p->spec);
    delete p;
}

}
