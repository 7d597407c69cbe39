// The API's view of a store that nobody changes meanwhile.
#pragma once

#include "node/api/chain_source.h"
#include "node/spec/store.h"

namespace lockstep::api {

/// Answers from a store, for whoever owns it. Thread-safe as long as nobody changes the store.
class StoreSource final : public ChainSource {
 public:
  /// `store` outlives this.
  explicit StoreSource(const spec::Store& store) : store_(store) {}

  [[nodiscard]] chain::ChainView view() override;
  [[nodiscard]] std::optional<chain::BorrowedState> finalized_state() override;
  [[nodiscard]] std::optional<spec::Block> finalized_block() override;
  [[nodiscard]] std::optional<chain::ForkChoiceView> fork_choice() override {
    return chain::fork_choice_view_of(store_);
  }

 private:
  const spec::Store& store_;
};

}  // namespace lockstep::api
