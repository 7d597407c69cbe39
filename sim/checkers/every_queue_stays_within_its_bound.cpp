// Compares every reported fill of a buffer with the bound that the node itself names.
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

class EveryQueueStaysWithinItsBound final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "every_queue_stays_within_its_bound"; }

  void buffer_level(cluster::Hearing& hearing, const chain::BufferLevel& event) override {
    if (event.size > event.bound) {
      hearing.complain(*this, who(hearing) + "'s " + std::string(to_string(event.buffer)) + " hold " +
                                  std::to_string(event.size) + ", more than their bound of " +
                                  std::to_string(event.bound));
    }
  }
};

}  // namespace

std::unique_ptr<cluster::Invariant> every_queue_stays_within_its_bound() {
  return std::make_unique<EveryQueueStaysWithinItsBound>();
}

}  // namespace lockstep::checkers
