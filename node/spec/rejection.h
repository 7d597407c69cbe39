// Why the specification refuses a block or a vote (leanSpec: forks/lstar/errors.py).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "node/base/result.h"

namespace lockstep::spec {

/// One enumerator for each of leanSpec's RejectionReason, by the same name.
enum class RejectionReason : std::uint8_t {
  BLOCK_SLOT_NOT_IN_FUTURE,
  BLOCK_OLDER_THAN_LATEST_HEADER,
  BLOCK_SLOT_MISMATCH,
  PARENT_ROOT_MISMATCH,
  STATE_ROOT_MISMATCH,
  UNKNOWN_PARENT_BLOCK,
  PROPOSER_INDEX_OUT_OF_RANGE,
  EMPTY_VALIDATOR_REGISTRY,
  WRONG_PROPOSER,
  TOO_MANY_ATTESTATION_DATA,
  DUPLICATE_ATTESTATION_DATA,
  EMPTY_AGGREGATION_BITS,
  UNKNOWN_SOURCE_BLOCK,
  UNKNOWN_TARGET_BLOCK,
  UNKNOWN_HEAD_BLOCK,
  SOURCE_AFTER_TARGET,
  HEAD_OLDER_THAN_TARGET,
  SOURCE_SLOT_MISMATCH,
  TARGET_SLOT_MISMATCH,
  HEAD_SLOT_MISMATCH,
  SOURCE_NOT_ANCESTOR_OF_TARGET,
  TARGET_NOT_ANCESTOR_OF_HEAD,
  ATTESTATION_TOO_FAR_IN_FUTURE,
  ATTESTATION_SLOT_BEFORE_HEAD,
  VALIDATOR_NOT_IN_STATE,
  VALIDATOR_INDEX_OUT_OF_RANGE,
  JUSTIFIED_SLOT_OUT_OF_RANGE,
  INVALID_SIGNATURE,
  INVALID_BLOCK_PROOF,
  ANCHOR_STATE_ROOT_MISMATCH,
  DECODE_ERROR,
};

/// The enumerator's own name.
std::string_view to_string(RejectionReason reason);
/// The reason of that name, if there is one.
std::optional<RejectionReason> rejection_from_string(std::string_view name);

/// Called by Verdict::value() where there is none: asking without looking first is our own mistake.
[[noreturn]] void throw_exception_from_error(RejectionReason reason, const boost::source_location& where);

/// A value, or the reason for which the specification refuses the input.
template <typename T>
using Verdict = base::Result<T, RejectionReason>;

}  // namespace lockstep::spec
