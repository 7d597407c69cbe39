// The names of the rejection reasons.
#include "node/spec/rejection.h"

#include <array>
#include <string>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::spec {
namespace {

using enum RejectionReason;

#define LOCKSTEP_REASON(name) std::pair<RejectionReason, std::string_view>(name, #name)
constexpr std::array kNames = {
    LOCKSTEP_REASON(BLOCK_SLOT_NOT_IN_FUTURE),
    LOCKSTEP_REASON(BLOCK_OLDER_THAN_LATEST_HEADER),
    LOCKSTEP_REASON(BLOCK_SLOT_MISMATCH),
    LOCKSTEP_REASON(PARENT_ROOT_MISMATCH),
    LOCKSTEP_REASON(STATE_ROOT_MISMATCH),
    LOCKSTEP_REASON(UNKNOWN_PARENT_BLOCK),
    LOCKSTEP_REASON(PROPOSER_INDEX_OUT_OF_RANGE),
    LOCKSTEP_REASON(EMPTY_VALIDATOR_REGISTRY),
    LOCKSTEP_REASON(WRONG_PROPOSER),
    LOCKSTEP_REASON(TOO_MANY_ATTESTATION_DATA),
    LOCKSTEP_REASON(DUPLICATE_ATTESTATION_DATA),
    LOCKSTEP_REASON(EMPTY_AGGREGATION_BITS),
    LOCKSTEP_REASON(UNKNOWN_SOURCE_BLOCK),
    LOCKSTEP_REASON(UNKNOWN_TARGET_BLOCK),
    LOCKSTEP_REASON(UNKNOWN_HEAD_BLOCK),
    LOCKSTEP_REASON(SOURCE_AFTER_TARGET),
    LOCKSTEP_REASON(HEAD_OLDER_THAN_TARGET),
    LOCKSTEP_REASON(SOURCE_SLOT_MISMATCH),
    LOCKSTEP_REASON(TARGET_SLOT_MISMATCH),
    LOCKSTEP_REASON(HEAD_SLOT_MISMATCH),
    LOCKSTEP_REASON(SOURCE_NOT_ANCESTOR_OF_TARGET),
    LOCKSTEP_REASON(TARGET_NOT_ANCESTOR_OF_HEAD),
    LOCKSTEP_REASON(ATTESTATION_TOO_FAR_IN_FUTURE),
    LOCKSTEP_REASON(ATTESTATION_SLOT_BEFORE_HEAD),
    LOCKSTEP_REASON(VALIDATOR_NOT_IN_STATE),
    LOCKSTEP_REASON(VALIDATOR_INDEX_OUT_OF_RANGE),
    LOCKSTEP_REASON(JUSTIFIED_SLOT_OUT_OF_RANGE),
    LOCKSTEP_REASON(INVALID_SIGNATURE),
    LOCKSTEP_REASON(INVALID_BLOCK_PROOF),
    LOCKSTEP_REASON(ANCHOR_STATE_ROOT_MISMATCH),
    LOCKSTEP_REASON(DECODE_ERROR),
};
#undef LOCKSTEP_REASON

constexpr bool names_are_in_order() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (static_cast<std::size_t>(kNames[i].first) != i) return false;
  }
  return kNames.size() == static_cast<std::size_t>(DECODE_ERROR) + 1;
}
static_assert(names_are_in_order());

}  // namespace

std::string_view to_string(RejectionReason reason) {
  return kNames[static_cast<std::size_t>(reason)].second;
}

std::optional<RejectionReason> rejection_from_string(std::string_view name) {
  for (const auto& [reason, its_name] : kNames) {
    if (its_name == name) return reason;
  }
  return std::nullopt;
}

void throw_exception_from_error(RejectionReason reason, const boost::source_location& where) {
  base::fail_assertion("the verdict holds a value", std::string(to_string(reason)).c_str(), where.file_name(),
                       static_cast<int>(where.line()));
}

}  // namespace lockstep::spec
