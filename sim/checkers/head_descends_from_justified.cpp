// Walks back from every head to the checkpoint that fork choice must have started from.
#include "sim/checkers/by_node.h"
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

class HeadDescendsFromJustified final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "head_descends_from_justified"; }

  void node_started(cluster::Hearing& hearing) override { views_[hearing.node] = {}; }

  void head_changed(cluster::Hearing& hearing, const chain::HeadChanged& event) override {
    View& view = views_[hearing.node];
    view.head = event.new_head;
    view.justified = event.justified;
    judge(hearing, view);
  }

  void justified_changed(cluster::Hearing& hearing, const chain::CheckpointChanged& event) override {
    views_[hearing.node].justified = event.new_checkpoint;
  }

  // The store may justify a block in the middle of a slot and choose its head a little later; when the slot
  // is over both must agree.
  void tick_happened(cluster::Hearing& hearing, const chain::TickHappened& event) override {
    if (event.interval.value % spec::INTERVALS_PER_SLOT == 0) {
      judge(hearing, views_[hearing.node]);
    }
  }

 private:
  struct View {
    std::optional<spec::Checkpoint> head;
    std::optional<spec::Checkpoint> justified;
  };

  void judge(cluster::Hearing& hearing, const View& view) {
    if (!view.head || !view.justified) {
      return;
    }
    if (!hearing.blocks.descends(view.head->root, *view.justified).value_or(false)) {
      hearing.complain(*this, who(hearing) + " has the head " + brief(*view.head) +
                                  ", which does not descend from its justified " + brief(*view.justified));
    }
  }

  ByNode<View> views_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> head_descends_from_justified() {
  return std::make_unique<HeadDescendsFromJustified>();
}

}  // namespace lockstep::checkers
