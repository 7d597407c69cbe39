// The contract of runtime::Meter.
#include <memory>
#include <vector>

#include "worlds.h"

namespace lockstep::seam {
namespace {

class MeterSeam : public SeamTest {};

TEST_P(MeterSeam, accepts_every_kind_of_work) {
  run([](Seams& seams) {
    runtime::Meter& meter = seams.node().meter;
    const base::Instant before = seams.node().clock.now();
    for (std::size_t kind = 0; kind < runtime::kWorkKinds; ++kind) {
      const auto work = static_cast<runtime::Work>(kind);
      meter.end(work, meter.begin(work), kind);
    }
    EXPECT_LE(before, seams.node().clock.now());
  });
}

TEST_P(MeterSeam, lets_pieces_of_work_contain_others) {
  run([](Seams& seams) {
    runtime::Meter& meter = seams.node().meter;
    const auto outer = meter.begin(runtime::Work::kStateTransition);
    const auto inner = meter.begin(runtime::Work::kVerifyProof);
    meter.end(runtime::Work::kVerifyProof, inner, 3);
    meter.end(runtime::Work::kStateTransition, outer, 1);
  });
}

TEST_P(MeterSeam, serves_many_threads) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    std::vector<std::unique_ptr<runtime::Thread>> threads;
    for (int i = 0; i < 4; ++i) {
      threads.push_back(node.scheduler.spawn("worker", [&] {
        for (int round = 0; round < 50; ++round) {
          const auto token = node.meter.begin(runtime::Work::kDecode);
          node.scheduler.yield();
          node.meter.end(runtime::Work::kDecode, token, 1);
        }
      }));
    }
    for (auto& thread : threads) {
      thread->join();
    }
  });
}

LOCKSTEP_IN_BOTH_WORLDS(MeterSeam);

}  // namespace
}  // namespace lockstep::seam
