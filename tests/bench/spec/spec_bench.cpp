// What a state transition, a state root, SSZ and justifiability cost.
#include <benchmark/benchmark.h>

#include "node/spec/slot.h"
#include "node/spec/ssz.h"
#include "tests/node/spec/chain_builder.h"

namespace lockstep::spec {
namespace {

using tests::make_block;
using tests::make_chain;
using tests::vote;

constexpr std::size_t kValidators = 400;
constexpr std::uint64_t kHistory = 1000;
constexpr std::size_t kSignatureSize = 2536;

/// The eight youngest slots that may be justified after genesis.
std::vector<Slot> candidates() {
  std::vector<Slot> out;
  for (Slot slot(kHistory); out.size() < 8; slot = slot - 1) {
    if (is_justifiable_after(slot, Slot(0))) out.push_back(slot);
  }
  return out;
}

/// Votes for eight targets; a quarter of the validators each, so that all of them stay pending.
std::vector<AggregatedAttestation> eight_votes(const State& state) {
  std::vector<AggregatedAttestation> out;
  for (const Slot target : candidates()) {
    out.push_back(vote(state, Slot(0), target, kValidators / 4));
  }
  return out;
}

/// A thousand slots without finality, tallies for eight targets, and a block with eight attestations more.
struct Case {
  State pre;
  Block block;
  State post;
  Case() {
    const State chain = make_chain(kValidators, kHistory);
    pre = tests::extend(chain, Slot(kHistory + 1), eight_votes(chain));
    std::vector<AggregatedAttestation> votes = eight_votes(chain);
    for (AggregatedAttestation& each : votes) {
      for (std::size_t i = 0; i < 40; ++i) each.aggregation_bits.set(kValidators - 1 - i);
    }
    block = make_block(pre, Slot(kHistory + 2), std::move(votes));
    post = state_transition(pre, block).value();
  }
};

const Case& the_case() {
  static const Case kCase;
  return kCase;
}

void BM_state_transition_8_attestations(benchmark::State& run) {
  const Case& it = the_case();
  for (auto _ : run) {
    benchmark::DoNotOptimize(state_transition(it.pre, it.block));
  }
}
BENCHMARK(BM_state_transition_8_attestations);

void BM_state_transition_that_finalizes(benchmark::State& run) {
  // Two thirds have justified slot 999 after F = 998 was finalized: a chain in good health.
  State state = make_chain(kValidators, 1);
  for (std::uint64_t slot = 2; slot <= kHistory; ++slot) {
    state = tests::extend(state, Slot(slot), {vote(state, Slot(slot - 2), Slot(slot - 1), kValidators)});
  }
  const Block block =
      make_block(state, Slot(kHistory + 1), {vote(state, Slot(kHistory - 1), Slot(kHistory), kValidators)});
  const State post = state_transition(state, block).value();
  if (post.latest_finalized.slot != Slot(kHistory - 1)) run.SkipWithError("the chain does not finalize");
  for (auto _ : run) {
    benchmark::DoNotOptimize(state_transition(state, block));
  }
}
BENCHMARK(BM_state_transition_that_finalizes);

void BM_state_transition_empty_block(benchmark::State& run) {
  const Case& it = the_case();
  const Block block = make_block(it.pre, Slot(kHistory + 2));
  for (auto _ : run) {
    benchmark::DoNotOptimize(state_transition(it.pre, block));
  }
}
BENCHMARK(BM_state_transition_empty_block);

void BM_state_root_after_a_block(benchmark::State& run) {
  const Case& it = the_case();
  for (auto _ : run) {
    benchmark::DoNotOptimize(compute_root(it.post));
  }
}
BENCHMARK(BM_state_root_after_a_block);

void BM_state_root_that_is_remembered(benchmark::State& run) {
  const Case& it = the_case();
  for (auto _ : run) {
    benchmark::DoNotOptimize(hash_tree_root(it.post));
  }
}
BENCHMARK(BM_state_root_that_is_remembered);

void BM_copy_of_a_state(benchmark::State& run) {
  const Case& it = the_case();
  for (auto _ : run) {
    State copy = it.post;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(BM_copy_of_a_state);

void BM_block_root(benchmark::State& run) {
  const Case& it = the_case();
  for (auto _ : run) {
    benchmark::DoNotOptimize(hash_tree_root(it.block));
  }
}
BENCHMARK(BM_block_root);

void BM_attestation_data_root(benchmark::State& run) {
  const AttestationData data = the_case().block.body.attestations[0].data;
  for (auto _ : run) {
    benchmark::DoNotOptimize(hash_tree_root(data));
  }
}
BENCHMARK(BM_attestation_data_root);

void BM_encode_block(benchmark::State& run) {
  const Case& it = the_case();
  for (auto _ : run) {
    benchmark::DoNotOptimize(encode(it.block));
  }
}
BENCHMARK(BM_encode_block);

void BM_decode_block(benchmark::State& run) {
  const base::Bytes bytes = encode(the_case().block);
  for (auto _ : run) {
    benchmark::DoNotOptimize(decode<Block>(bytes));
  }
}
BENCHMARK(BM_decode_block);

/// Looks at the length alone: the scheme's own check is its own affair.
class AnyBytes final : public crypto::SignatureScheme {
 public:
  [[nodiscard]] std::size_t signature_size() const override { return kSignatureSize; }
  [[nodiscard]] bool is_well_formed(base::ByteView) const override { return true; }
  [[nodiscard]] bool verify(const crypto::PublicKey&, std::uint64_t, const base::Bytes32&,
                            base::ByteView) const override {
    return false;
  }
};

SignedAttestation signed_vote() {
  return {ValidatorIndex(7), the_case().block.body.attestations[0].data, {base::Bytes(kSignatureSize, 1)}};
}

void BM_encode_signed_attestation(benchmark::State& run) {
  const SignedAttestation value = signed_vote();
  for (auto _ : run) {
    benchmark::DoNotOptimize(encode(value));
  }
}
BENCHMARK(BM_encode_signed_attestation);

void BM_decode_signed_attestation(benchmark::State& run) {
  const base::Bytes bytes = encode(signed_vote());
  for (auto _ : run) {
    benchmark::DoNotOptimize(decode_signed_attestation(bytes, AnyBytes()));
  }
}
BENCHMARK(BM_decode_signed_attestation);

void BM_encode_state(benchmark::State& run) {
  const Case& it = the_case();
  for (auto _ : run) {
    benchmark::DoNotOptimize(encode(it.post));
  }
}
BENCHMARK(BM_encode_state);

void BM_decode_state(benchmark::State& run) {
  const base::Bytes bytes = encode(the_case().post);
  for (auto _ : run) {
    benchmark::DoNotOptimize(decode<State>(bytes));
  }
}
BENCHMARK(BM_decode_state);

void BM_is_justifiable(benchmark::State& run) {
  std::uint64_t slot = static_cast<std::uint64_t>(run.range(0));
  for (auto _ : run) {
    benchmark::DoNotOptimize(is_justifiable_after(Slot(slot++), Slot(0)));
  }
}
BENCHMARK(BM_is_justifiable)->Arg(1000)->Arg(std::int64_t{1} << 62);

void BM_root_list_append(benchmark::State& run) {
  RootList list;
  for (auto _ : run) {
    if (list.size() == RootList::kLimit) list = RootList();
    list.push_back(tests::root_of(list.size()));
  }
}
BENCHMARK(BM_root_list_append);

}  // namespace
}  // namespace lockstep::spec
