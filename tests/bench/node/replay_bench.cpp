// How long it takes to try 1,024 kept votes with real XMSS signatures again, with and without help.
#include <benchmark/benchmark.h>

#include <memory>

#include "replay.h"

namespace lockstep {
namespace {

void replay_kept_votes(benchmark::State& state) {
  static const test::FutureVotes kFuture(chain::kPendingAttestationsMax);
  for (auto _ : state) {
    state.PauseTiming();
    auto replay = std::make_unique<test::Replay>(kFuture, static_cast<std::size_t>(state.range(0)));
    state.ResumeTiming();
    replay->run();
    state.PauseTiming();
    if (replay->chain().attestation_counts().accepted != kFuture.votes.size()) {
      state.SkipWithError("not every vote was accepted");
    }
    replay.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFuture.votes.size()));
}
BENCHMARK(replay_kept_votes)->Arg(0)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lockstep
