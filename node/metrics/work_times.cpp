// Which kind of work is shown under which names.
#include "node/metrics/work_times.h"

namespace lockstep::metrics {
namespace {

std::int64_t nanoseconds(const runtime::Clock& clock) {
  return clock.now().time_since_epoch().count();
}

/// Positions in the catalogue's list of steps.
enum class Step : std::uint8_t { kStateTransition, kForkChoice };

}  // namespace

std::uint64_t WorkTimes::begin(runtime::Work) {
  return static_cast<std::uint64_t>(nanoseconds(clock_));
}

void WorkTimes::end(runtime::Work work, std::uint64_t token, std::uint64_t) {
  const base::Duration took(nanoseconds(clock_) - static_cast<std::int64_t>(token));
  registry_.observe({Metric::kWorkTime, work}, took);
  switch (work) {
    case runtime::Work::kVerifySignature:
      registry_.observe(Metric::kSignatureVerificationTime, took);
      break;
    case runtime::Work::kSignMessage:
      registry_.observe(Metric::kSigningTime, took);
      break;
    case runtime::Work::kVerifyProof:
      registry_.observe(Metric::kAggregateVerificationTime, took);
      break;
    case runtime::Work::kAggregateProof:
      registry_.observe(Metric::kAggregateBuildingTime, took);
      registry_.observe(Metric::kCommitteeAggregationTime, took);
      break;
    case runtime::Work::kStateTransition:
      registry_.observe(Metric::kStateTransitionTime, took);
      registry_.observe({Metric::kOnBlockStep, Step::kStateTransition}, took);
      break;
    case runtime::Work::kForkChoice:
      registry_.observe({Metric::kOnBlockStep, Step::kForkChoice}, took);
      break;
    case runtime::Work::kMergeProofs:
    case runtime::Work::kBuildBlock:
    case runtime::Work::kDecode:
      break;
  }
}

}  // namespace lockstep::metrics
