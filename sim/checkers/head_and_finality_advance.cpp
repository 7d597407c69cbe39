// At the beginning of each slot, compares head and finalized slot of every node with its clock.
#include "node/spec/config.h"
#include "sim/checkers/by_node.h"
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

constexpr base::Duration kSlot = std::chrono::milliseconds(spec::MILLISECONDS_PER_SLOT);

class HeadAndFinalityAdvance final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "head_and_finality_advance"; }

  void node_started(cluster::Hearing& hearing) override { views_[hearing.node] = {}; }

  void head_changed(cluster::Hearing& hearing, const chain::HeadChanged& event) override {
    views_[hearing.node].head = event.new_head.slot.value;
  }

  void finalized_changed(cluster::Hearing& hearing, const chain::CheckpointChanged& event) override {
    views_[hearing.node].finalized = event.new_checkpoint.slot.value;
  }

  void tick_happened(cluster::Hearing& hearing, const chain::TickHappened& event) override {
    if (!hearing.weather.calm_since || event.interval.value % spec::INTERVALS_PER_SLOT != 0) {
      return;
    }
    const cluster::LivenessBounds& bounds = hearing.weather.bounds;
    const View& view = views_[hearing.node];
    const std::uint64_t slot = event.interval.value / spec::INTERVALS_PER_SLOT;
    const auto slots_of_calm = static_cast<std::uint64_t>(
        (hearing.at - std::max(*hearing.weather.calm_since, hearing.life_began)) / kSlot);
    judge(hearing, slot, view.head, bounds.head_lag_max, slots_of_calm >= bounds.head_settles_within, "head");
    judge(hearing, slot, view.finalized, bounds.finality_lag_max,
          slots_of_calm >= bounds.finality_settles_within, "finalized");
  }

 private:
  struct View {
    std::uint64_t head = 0;
    std::uint64_t finalized = 0;
  };

  void judge(cluster::Hearing& hearing, std::uint64_t slot, std::uint64_t reached, std::uint64_t lag_max,
             bool has_settled, const std::string& what) {
    if (has_settled && slot > reached + lag_max) {
      hearing.complain(*this, who(hearing) + "'s " + what + " slot is " + std::to_string(reached) +
                                  " when slot " + std::to_string(slot) +
                                  " begins, although nothing stands in the way: it may lag by " +
                                  std::to_string(lag_max));
    }
  }

  ByNode<View> views_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> head_and_finality_advance() {
  return std::make_unique<HeadAndFinalityAdvance>();
}

}  // namespace lockstep::checkers
