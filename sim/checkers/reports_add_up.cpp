// Keeps a small ledger of each node's reports and asks that every one follows from those before it.
#include <numeric>
#include <set>
#include <unordered_set>

#include "sim/checkers/by_node.h"
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

class ReportsAddUp final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "reports_add_up"; }

  void node_started(cluster::Hearing& hearing) override { ledgers_[hearing.node] = {}; }

  void tick_happened(cluster::Hearing& hearing, const chain::TickHappened& event) override {
    Ledger& ledger = ledgers_[hearing.node];
    if (ledger.interval && event.interval.value != *ledger.interval + 1 + event.skipped) {
      hearing.complain(*this, who(hearing) + " reports interval " + std::to_string(event.interval.value) +
                                  " with " + std::to_string(event.skipped) +
                                  " skipped right after interval " + std::to_string(*ledger.interval));
    }
    if (event.lateness < base::Duration::zero()) {
      hearing.complain(*this, who(hearing) + " acted upon interval " + std::to_string(event.interval.value) +
                                  " before it began");
    }
    ledger.interval = event.interval.value;
  }

  void block_handled(cluster::Hearing& hearing, const chain::BlockHandled& event) override {
    Ledger& ledger = ledgers_[hearing.node];
    ledger.gossip_handled += event.origin == chain::Origin::kGossip ? 1 : 0;
    if (event.outcome != chain::BlockOutcome::kImported) {
      return;
    }
    const std::string what =
        who(hearing) + " imported " + brief(spec::Checkpoint{event.root, event.block.slot});
    if (!ledger.imported.insert(event.root).second) {
      hearing.complain(*this, what + " twice");
    }
    // The first parent is the anchor, which nobody imports.
    if (ledger.imported.size() == 1) {
      ledger.imported.insert(event.block.parent_root);
    } else if (!ledger.imported.contains(event.block.parent_root)) {
      hearing.complain(*this, what + " without its parent " + brief(event.block.parent_root));
    }
  }

  void vote_handled(cluster::Hearing& hearing, const chain::VoteHandled& event) override {
    ledgers_[hearing.node].gossip_handled += event.origin == chain::Origin::kGossip ? 1 : 0;
  }
  void aggregate_handled(cluster::Hearing& hearing, const chain::AggregateHandled& event) override {
    ledgers_[hearing.node].gossip_handled += event.origin == chain::Origin::kGossip ? 1 : 0;
  }
  void message_dropped(cluster::Hearing& hearing, const chain::MessageDropped& event) override {
    ledgers_[hearing.node].gossip_dropped += chain::is_of_gossip(event.reason) ? 1 : 0;
  }
  void gossip_counted(cluster::Hearing& hearing, const chain::GossipCounted& event) override {
    const Ledger& ledger = ledgers_[hearing.node];
    add_up(hearing, "gossip messages", event.messages, event.duplicates + event.dropped + event.delivered);
    add_up(hearing, "gossip control entries", event.control_entries, event.control_outcomes);
    // Requests and answers are dropped under some of the same names, so that there may be more reports.
    if (event.dropped > ledger.gossip_dropped) {
      hearing.complain(*this, who(hearing) + " counts " + std::to_string(event.dropped) +
                                  " dropped gossip messages and has reported " +
                                  std::to_string(ledger.gossip_dropped));
    }
    if (ledger.gossip_handled > event.delivered) {
      hearing.complain(*this, who(hearing) + " has judged " + std::to_string(ledger.gossip_handled) +
                                  " things from gossip, of which only " + std::to_string(event.delivered) +
                                  " came in");
    }
  }

  void head_changed(cluster::Hearing& hearing, const chain::HeadChanged& event) override {
    follow(hearing, ledgers_[hearing.node].head, {event.old_head, event.new_head}, "head");
  }
  void justified_changed(cluster::Hearing& hearing, const chain::CheckpointChanged& event) override {
    follow(hearing, ledgers_[hearing.node].justified, event, "justified checkpoint");
    // leanSpec: latest_justified is only ever replaced by one of a higher slot.
    if (event.new_checkpoint.slot <= event.old_checkpoint.slot) {
      hearing.complain(*this, who(hearing) + "'s justified checkpoint fell from " +
                                  brief(event.old_checkpoint) + " to " + brief(event.new_checkpoint));
    }
  }
  void finalized_changed(cluster::Hearing& hearing, const chain::CheckpointChanged& event) override {
    follow(hearing, ledgers_[hearing.node].finalized, event, "finalized checkpoint");
  }

  void request_sent(cluster::Hearing& hearing, const chain::RequestSent& event) override {
    if (!ledgers_[hearing.node].open_requests.insert({event.peer.value, event.id}).second) {
      hearing.complain(*this, who(hearing) + " sent request " + std::to_string(event.id) + " twice");
    }
  }
  void request_ended(cluster::Hearing& hearing, const chain::RequestEnded& event) override {
    if (ledgers_[hearing.node].open_requests.erase({event.peer.value, event.id}) == 0) {
      hearing.complain(*this, who(hearing) + " reports the end of request " + std::to_string(event.id) +
                                  ", which is not under way");
    }
  }

  void roots_looked(cluster::Hearing& hearing, const chain::RootsLooked& event) override {
    const std::size_t sum = std::accumulate(event.outcomes.begin(), event.outcomes.end(), std::size_t{0});
    if (sum != event.roots) {
      hearing.complain(*this, who(hearing) + " looked at " + std::to_string(event.roots) +
                                  " roots and decided about " + std::to_string(sum));
    }
  }

  void request_received(cluster::Hearing& hearing, const chain::RequestReceived& event) override {
    if (!ledgers_[hearing.node].unanswered.insert({event.peer.value, event.id}).second) {
      hearing.complain(*this,
                       who(hearing) + " took in a peer's request " + std::to_string(event.id) + " twice");
    }
  }
  void request_served(cluster::Hearing& hearing, const chain::RequestServed& event) override {
    if (ledgers_[hearing.node].unanswered.erase({event.peer.value, event.id}) == 0) {
      hearing.complain(*this, who(hearing) + " is done with a peer's request " + std::to_string(event.id) +
                                  ", which it had not taken in");
    }
  }

  void node_ended(cluster::Hearing& hearing) override {
    const Ledger& ledger = ledgers_[hearing.node];
    if (!ledger.open_requests.empty()) {
      hearing.complain(*this, who(hearing) + " ended and never said what became of " +
                                  std::to_string(ledger.open_requests.size()) + " requests of its own");
    }
    if (!ledger.unanswered.empty()) {
      hearing.complain(*this, who(hearing) + " ended and never said what became of " +
                                  std::to_string(ledger.unanswered.size()) + " requests of peers");
    }
  }

 private:
  struct Ledger {
    std::optional<std::uint64_t> interval;
    std::unordered_set<spec::Root, base::RootHash> imported;
    std::optional<spec::Checkpoint> head;
    std::optional<spec::Checkpoint> justified;
    std::optional<spec::Checkpoint> finalized;
    std::set<std::pair<std::uint64_t, std::uint64_t>> open_requests;
    std::set<std::pair<std::uint64_t, std::uint64_t>> unanswered;
    std::uint64_t gossip_dropped = 0;
    std::uint64_t gossip_handled = 0;
  };

  void add_up(cluster::Hearing& hearing, std::string_view what, std::uint64_t entered,
              std::uint64_t outcomes) {
    if (entered != outcomes) {
      hearing.complain(*this, who(hearing) + " has taken " + std::to_string(entered) + " " +
                                  std::string(what) + " and knows what became of " +
                                  std::to_string(outcomes));
    }
  }

  void follow(cluster::Hearing& hearing, std::optional<spec::Checkpoint>& last,
              const chain::CheckpointChanged& change, const std::string& what) {
    if (last && *last != change.old_checkpoint) {
      hearing.complain(*this, who(hearing) + "'s " + what + " is said to leave " +
                                  brief(change.old_checkpoint) + " but was " + brief(*last));
    }
    if (change.old_checkpoint == change.new_checkpoint) {
      hearing.complain(*this, who(hearing) + "'s " + what + " is said to change but stays " +
                                  brief(change.new_checkpoint));
    }
    last = change.new_checkpoint;
  }

  ByNode<Ledger> ledgers_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> reports_add_up() {
  return std::make_unique<ReportsAddUp>();
}

}  // namespace lockstep::checkers
