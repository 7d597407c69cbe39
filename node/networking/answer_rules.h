// What a peer may answer to one request of ours (leanSpec: client/reqresp_client.py).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "node/chain/events.h"
#include "node/chain/exchange.h"

namespace lockstep::networking {

/// The rules of one answer, block by block. By root: each block once, and only those asked for. By range:
/// slots that ascend within what was asked for, each block the child of the one before. A status is no block.
class AnswerRules {
 public:
  explicit AnswerRules(const chain::Request& request);

  /// The most chunks that the answer can have.
  [[nodiscard]] std::size_t chunks_max() const { return chunks_max_; }
  /// Whether the answer may go on with this block, whose root that is; the reason if not.
  [[nodiscard]] std::optional<chain::Drop> take(const spec::Root& root, const spec::Block& block);

 private:
  std::size_t chunks_max_ = 1;
  std::size_t taken_ = 0;
  /// By root: those that may still come.
  std::vector<spec::Root> left_;
  bool is_range_ = false;
  /// By range: where the next block may lie, and the one before it.
  spec::Slot from_;
  spec::Slot end_;
  std::optional<spec::Root> before_;
};

}  // namespace lockstep::networking
