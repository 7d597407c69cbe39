// The API's view of a chain that goes on meanwhile.
#pragma once

#include <memory>

#include "node/api/chain_source.h"
#include "node/chain/anchor.h"
#include "node/chain/chain_reader.h"
#include "node/runtime/clock.h"

namespace lockstep::api {

/// Answers from what the chain's mutator publishes: any number of threads, at any time. Waits for nobody but
/// for whoever copies a few values at the same moment.
class ReaderSource final : public ChainSource {
 public:
  /// All outlive this.
  ReaderSource(const chain::ChainReader& reader, std::shared_ptr<const chain::Anchor> anchor,
               const runtime::Clock& clock)
      : reader_(reader), anchor_(std::move(anchor)), clock_(clock) {}

  [[nodiscard]] chain::ChainView view() override;
  /// The mutator waits for the end of the borrow when it finalizes.
  [[nodiscard]] std::optional<chain::BorrowedState> finalized_state() override;
  [[nodiscard]] std::optional<spec::Block> finalized_block() override;
  /// The tree of the latest tick. Nothing when that lies more than a slot behind the clock: the chain has too
  /// much to do.
  [[nodiscard]] std::optional<chain::ForkChoiceView> fork_choice() override;

 private:
  const chain::ChainReader& reader_;
  std::shared_ptr<const chain::Anchor> anchor_;
  const runtime::Clock& clock_;
};

}  // namespace lockstep::api
