// Checkpoint verification: which served states may be started from.
#include "node/spec/ssz.h"
#include "node/sync/checkpoint.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {
namespace {

void check_verify_checkpoint(const Json& operation, const Json& output) {
  const base::Bytes bytes = read_bytes(member(output, "stateBytes"));
  const bool expected = read<bool>(output, "valid");
  const spec::Verdict<spec::State> state = spec::decode<spec::State>(bytes);
  // Bytes that no State can hold, as with too many validators, do not get as far as the verdict.
  const bool is_valid = state && sync::verify_checkpoint_state(*state);
  if (is_valid != expected) {
    throw Mismatch(std::string("the state is ") + (is_valid ? "accepted" : "refused") + ", expected " +
                   (expected ? "to be accepted" : "to be refused"));
  }
  if (!state) {
    return;
  }
  if (spec::encode(*state) != bytes) {
    throw Mismatch("the state does not encode to the bytes that it was read from");
  }
  const auto validators = read<std::uint64_t>(output, "validatorCount");
  if (state->validators->size() != validators ||
      read<std::uint64_t>(operation, "numValidators") != validators) {
    throw Mismatch("the state has " + std::to_string(state->validators->size()) + " validators, expected " +
                   std::to_string(validators));
  }
  const auto slot = read<spec::Slot>(output, "anchorSlot");
  if (state->slot != slot || read<spec::Slot>(operation, "anchorSlot") != slot) {
    throw Mismatch("the state is of slot " + std::to_string(state->slot.value) + ", expected " +
                   std::to_string(slot.value));
  }
}

}  // namespace

void check_sync(const Json& fixture) {
  const Json& operation = member(fixture, "operation");
  const std::string kind = read_string(member(operation, "kind"));
  if (kind != "verify_checkpoint") {
    throw Malformed("unknown operation " + kind);
  }
  check_verify_checkpoint(operation, member(fixture, "output"));
}

}  // namespace lockstep::vectors
