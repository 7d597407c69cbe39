// What the API asks of a chain.
#pragma once

#include <optional>

#include "node/chain/chain_view.h"
#include "node/chain/fork_choice_view.h"
#include "node/spec/containers.h"

namespace lockstep::api {

/// Read access to a chain, for threads that do not own it. Every method is thread-safe, takes what it needs
/// under as few locks as it can and returns without any, but for finalized_state, whose borrow may hold one.
class ChainSource {
 public:
  virtual ~ChainSource() = default;

  /// The checkpoints that belong together.
  [[nodiscard]] virtual chain::ChainView view() = 0;
  /// The state of the latest finalized checkpoint, to be released soon; nothing when it is not here.
  [[nodiscard]] virtual std::optional<chain::BorrowedState> finalized_state() = 0;
  /// The block of the latest finalized checkpoint; nothing when it is not here.
  [[nodiscard]] virtual std::optional<spec::Block> finalized_block() = 0;
  /// The block tree; nothing when the chain has too much to do to be asked.
  [[nodiscard]] virtual std::optional<chain::ForkChoiceView> fork_choice() = 0;
};

}  // namespace lockstep::api
