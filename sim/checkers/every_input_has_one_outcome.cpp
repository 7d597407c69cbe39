// Keeps a ledger of each node's inputs: what entered, and what got its final outcome.
#include <array>
#include <map>

#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

using chain::Input;

class EveryInputHasOneOutcome final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "every_input_has_one_outcome"; }

  void node_started(cluster::Hearing& hearing) override { ledgers_[hearing.node] = {}; }

  void input_entered(cluster::Hearing& hearing, const chain::InputEntered& event) override {
    ++entry(hearing, event.input).entered;
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

  void node_ended(cluster::Hearing& hearing) override {
    for (std::size_t i = 0; i < chain::kInputs; ++i) {
      const Entry& entry = ledgers_[hearing.node][i];
      if (entry.entered != entry.ended) {
        hearing.complain(*this, who(hearing) + " ended although of " + std::to_string(entry.entered) + " " +
                                    std::string(to_string(static_cast<Input>(i))) + " inputs only " +
                                    std::to_string(entry.ended) + " had an outcome");
      }
    }
  }

 private:
  struct Entry {
    std::uint64_t entered = 0;
    std::uint64_t ended = 0;
  };
  using Ledger = std::array<Entry, chain::kInputs>;

  Entry& entry(const cluster::Hearing& hearing, Input input) {
    return ledgers_[hearing.node][static_cast<std::size_t>(input)];
  }
  void end(cluster::Hearing& hearing, Input input) {
    Entry& one = entry(hearing, input);
    if (++one.ended > one.entered) {
      hearing.complain(*this, who(hearing) + " reports the outcomes of " + std::to_string(one.ended) + " " +
                                  std::string(to_string(input)) + " inputs, but only " +
                                  std::to_string(one.entered) + " entered");
    }
  }

  std::map<std::uint64_t, Ledger> ledgers_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> every_input_has_one_outcome() {
  return std::make_unique<EveryInputHasOneOutcome>();
}

}  // namespace lockstep::checkers
