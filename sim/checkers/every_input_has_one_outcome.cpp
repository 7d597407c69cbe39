// Keeps a ledger of each node's inputs: what entered, and what got its final outcome.
#include <array>
#include <optional>

#include "sim/checkers/by_node.h"
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

using chain::Input;

/// What a thread that is cut short may have in its hands: it took it from a queue, or was about to put it
/// into one.
constexpr std::uint64_t kInHandsOfOneThread = 2;
/// The threads that hand things to one another: network, main, chain, and those that verify for it.
constexpr std::uint64_t kThreads = 8;

class EveryInputHasOneOutcome final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "every_input_has_one_outcome"; }

  void node_started(cluster::Hearing& hearing) override { ledgers_[hearing.node] = {}; }

  void input_entered(cluster::Hearing& hearing, const chain::InputEntered& event) override {
    ++entry(hearing, event.input).entered;
    if (event.origin == chain::Origin::kGossip) {
      ++ledgers_[hearing.node].gossip_entered;
    }
  }
  void block_handled(cluster::Hearing& hearing, const chain::BlockHandled& event) override {
    if (is_final(event.outcome)) {
      end(hearing, Input::kBlock);
    }
  }
  void vote_handled(cluster::Hearing& hearing, const chain::VoteHandled& event) override {
    if (is_final(event.outcome)) {
      end(hearing, Input::kAttestation);
    }
  }
  void aggregate_handled(cluster::Hearing& hearing, const chain::AggregateHandled& event) override {
    if (is_final(event.outcome)) {
      end(hearing, Input::kAggregate);
    }
  }
  void command_handled(cluster::Hearing& hearing, const chain::CommandHandled&) override {
    end(hearing, Input::kCommand);
  }
  void gossip_counted(cluster::Hearing& hearing, const chain::GossipCounted& event) override {
    ledgers_[hearing.node].gossip_delivered = event.delivered;
  }
  void thread_died(cluster::Hearing& hearing, const chain::ThreadDied&) override {
    // Whatever it held went with it.
    ledgers_[hearing.node].may_be_lost += kInHandsOfOneThread;
  }

  void node_ended(cluster::Hearing& hearing) override {
    Ledger& ledger = ledgers_[hearing.node];
    for (std::size_t i = 0; i < chain::kInputs; ++i) {
      const Entry& entry = ledger.entries[i];
      if (entry.entered - entry.ended > ledger.may_be_lost) {
        hearing.complain(*this, who(hearing) + " ended although of " + of(i, entry) + " had an outcome");
      }
    }
    if (ledger.gossip_delivered && *ledger.gossip_delivered > ledger.gossip_entered + ledger.may_be_lost) {
      hearing.complain(*this, who(hearing) + " took " + std::to_string(*ledger.gossip_delivered) +
                                  " messages out of gossip, of which only " +
                                  std::to_string(ledger.gossip_entered) + " entered");
    }
  }

  void node_crashed(cluster::Hearing& hearing, const cluster::Leftovers& kept) override {
    for (std::size_t i = 0; i < chain::kInputs; ++i) {
      const Entry& entry = ledgers_[hearing.node].entries[i];
      const std::uint64_t open = entry.entered - entry.ended;
      if (kept[i] > open || open - kept[i] > kThreads * kInHandsOfOneThread) {
        hearing.complain(*this, who(hearing) + " crashed when of " + of(i, entry) + " had an outcome and " +
                                    std::to_string(kept[i]) + " were kept");
      }
    }
  }

 private:
  struct Entry {
    std::uint64_t entered = 0;
    std::uint64_t ended = 0;  ///< Never more than have entered, or there has been a complaint.
  };
  struct Ledger {
    std::array<Entry, chain::kInputs> entries;
    std::uint64_t gossip_entered = 0;
    std::optional<std::uint64_t> gossip_delivered;
    std::uint64_t may_be_lost = 0;
  };

  static std::string of(std::size_t input, const Entry& entry) {
    return std::to_string(entry.entered) + " " + std::string(to_string(static_cast<Input>(input))) +
           " inputs only " + std::to_string(entry.ended);
  }

  Entry& entry(const cluster::Hearing& hearing, Input input) {
    return ledgers_[hearing.node].entries[static_cast<std::size_t>(input)];
  }
  void end(cluster::Hearing& hearing, Input input) {
    Entry& one = entry(hearing, input);
    if (one.ended == one.entered) {
      hearing.complain(*this, who(hearing) + " reports the outcomes of " + std::to_string(one.ended + 1) +
                                  " " + std::string(to_string(input)) + " inputs, but only " +
                                  std::to_string(one.entered) + " entered");
      return;
    }
    ++one.ended;
  }

  ByNode<Ledger> ledgers_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> every_input_has_one_outcome() {
  return std::make_unique<EveryInputHasOneOutcome>();
}

}  // namespace lockstep::checkers
