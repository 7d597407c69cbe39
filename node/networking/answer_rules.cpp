// Comparing an answer with what was asked.
#include "node/networking/answer_rules.h"

#include <algorithm>
#include <variant>

namespace lockstep::networking {

AnswerRules::AnswerRules(const chain::Request& request) {
  if (const auto* roots = std::get_if<spec::BlocksByRootRequest>(&request)) {
    left_ = roots->roots;
    chunks_max_ = left_.size();
  } else if (const auto* range = std::get_if<spec::BlocksByRangeRequest>(&request)) {
    is_range_ = true;
    from_ = range->start_slot;
    end_ = range->start_slot + range->count;
    chunks_max_ = range->count;
  }
}

std::optional<chain::Drop> AnswerRules::take(const spec::Root& root, const spec::Block& block) {
  if (taken_ == chunks_max_) {
    return chain::Drop::kEndlessResponse;
  }
  if (is_range_) {
    if (block.slot < from_ || block.slot >= end_ || (before_ && block.parent_root != *before_)) {
      return chain::Drop::kBadResponse;
    }
    from_ = block.slot + 1;
    before_ = root;
  } else {
    const auto asked = std::find(left_.begin(), left_.end(), root);
    if (asked == left_.end()) {
      return chain::Drop::kBadResponse;
    }
    left_.erase(asked);
  }
  ++taken_;
  return std::nullopt;
}

}  // namespace lockstep::networking
