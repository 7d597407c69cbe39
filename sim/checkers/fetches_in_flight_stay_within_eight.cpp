// Counts the requests for blocks by root that a node has under way.
#include <set>
#include <utility>

#include "sim/checkers/by_node.h"
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

constexpr std::size_t kFetchesMax = 8;

class FetchesInFlightStayWithinEight final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "fetches_in_flight_stay_within_eight"; }

  void node_started(cluster::Hearing& hearing) override { under_way_[hearing.node].clear(); }

  void request_sent(cluster::Hearing& hearing, const chain::RequestSent& event) override {
    if (event.protocol != chain::Protocol::kBlocksByRoot) {
      return;
    }
    auto& under_way = under_way_[hearing.node];
    under_way.insert({event.peer.value, event.id});
    if (under_way.size() > kFetchesMax) {
      hearing.complain(*this, who(hearing) + " has " + std::to_string(under_way.size()) +
                                  " requests for blocks by root under way, more than " +
                                  std::to_string(kFetchesMax));
    }
  }
  void request_ended(cluster::Hearing& hearing, const chain::RequestEnded& event) override {
    under_way_[hearing.node].erase({event.peer.value, event.id});
  }

 private:
  ByNode<std::set<std::pair<std::uint64_t, std::uint64_t>>> under_way_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> fetches_in_flight_stay_within_eight() {
  return std::make_unique<FetchesInFlightStayWithinEight>();
}

}  // namespace lockstep::checkers
