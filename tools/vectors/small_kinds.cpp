// Justifiability, the slot clock and the Poseidon permutation.
#include <array>
#include <cmath>

#include "node/crypto/poseidon.h"
#include "node/spec/slot.h"
#include "node/spec/slot_clock.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {
namespace {

void expect_equal(std::string_view what, std::uint64_t actual, std::uint64_t expected) {
  if (actual != expected) {
    throw Mismatch(std::string(what) + " is " + std::to_string(actual) + ", expected " +
                   std::to_string(expected));
  }
}

/// A time in whole units, written as a float or as an integer.
std::int64_t read_time(const Json& object, std::string_view key) {
  const Json& node = member(object, key);
  if (node.is_number_integer()) {
    if (node.is_number_unsigned() &&
        node.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw Malformed(std::string(key) + " is too large for a time");
    }
    return node.get<std::int64_t>();
  }
  if (!node.is_number_float()) {
    throw Malformed(std::string(key) + " is no number");
  }
  const double value = node.get<double>();
  constexpr double kLargest = 9007199254740992.0;  // 2^53: beyond it a double does not hold every integer
  if (!(value >= -kLargest && value <= kLargest) || value != std::floor(value)) {
    throw Malformed(std::string(key) + " is no whole number");
  }
  return static_cast<std::int64_t>(value);
}

template <std::size_t Width>
void check_permutation(const Json& fixture) {
  const auto read_state = [&](std::string_view key) {
    const Json& elements = member(fixture, key);
    if (!elements.is_array() || elements.size() != Width) {
      throw Malformed(std::string(key) + " has not " + std::to_string(Width) + " elements");
    }
    std::array<crypto::Fp, Width> state;
    for (std::size_t i = 0; i < Width; ++i) {
      const std::uint64_t value = read_number(elements[i]);
      if (value >= crypto::kKoalaBearPrime) {
        throw Malformed(std::string(key) + " holds a number that is no field element");
      }
      state[i] = crypto::Fp::from(value);
    }
    return state;
  };
  std::array<crypto::Fp, Width> state = read_state("inputState");
  const std::array<crypto::Fp, Width> expected = read_state("outputState");
  crypto::poseidon_permute(state);
  for (std::size_t i = 0; i < Width; ++i) {
    expect_equal("element " + std::to_string(i), state[i].value(), expected[i].value());
  }
}

}  // namespace

void check_justifiability(const Json& fixture) {
  const auto slot = read<spec::Slot>(fixture, "slot");
  const auto finalized = read<spec::Slot>(fixture, "finalizedSlot");
  const Json& output = member(fixture, "output");
  if (slot < finalized) {
    throw Malformed("the candidate lies before the finalized slot");
  }
  expect_equal("delta", slot - finalized, read<std::uint64_t>(output, "delta"));
  if (spec::is_justifiable_after(slot, finalized) != read<bool>(output, "isJustifiable")) {
    throw Mismatch("isJustifiable differs for slot " + std::to_string(slot.value) + " after " +
                   std::to_string(finalized.value));
  }
}

void check_slot_clock(const Json& fixture) {
  const Json& config = member(fixture, "config");
  expect_equal("secondsPerSlot", spec::SECONDS_PER_SLOT, read<std::uint64_t>(config, "secondsPerSlot"));
  expect_equal("intervalsPerSlot", spec::INTERVALS_PER_SLOT, read<std::uint64_t>(config, "intervalsPerSlot"));
  expect_equal("millisecondsPerInterval", spec::MILLISECONDS_PER_INTERVAL,
               read<std::uint64_t>(config, "millisecondsPerInterval"));
  const Json& operation = member(fixture, "operation");
  const Json& output = member(fixture, "output");
  const std::string kind = read_string(member(operation, "kind"));
  if (kind == "from_slot") {
    const auto slot = read<spec::Slot>(operation, "slot");
    expect_equal("interval", spec::interval_from_slot(slot).value, read<std::uint64_t>(output, "interval"));
    return;
  }
  const spec::SlotClock clock(read<std::uint64_t>(operation, "genesisTime"));
  if (kind == "from_unix_time") {
    const std::int64_t seconds = read_time(operation, "unixSeconds");
    const auto since_epoch = static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0));
    expect_equal("interval", clock.interval_from_unix_time(since_epoch).value,
                 read<std::uint64_t>(output, "interval"));
    return;
  }
  if (kind != "current_slot" && kind != "current_interval" && kind != "total_intervals") {
    throw Malformed("unknown operation " + kind);
  }
  const std::int64_t now = read_time(operation, "currentTimeMilliseconds");
  if (kind == "current_slot") {
    expect_equal("slot", clock.current_slot(now).value, read<std::uint64_t>(output, "slot"));
  } else if (kind == "current_interval") {
    expect_equal("interval", clock.current_interval(now), read<std::uint64_t>(output, "interval"));
  } else {
    expect_equal("totalIntervals", clock.total_intervals(now).value,
                 read<std::uint64_t>(output, "totalIntervals"));
  }
}

void check_poseidon_permutation(const Json& fixture) {
  const auto width = read<std::uint64_t>(fixture, "width");
  if (width == 16) {
    check_permutation<16>(fixture);
  } else if (width == 24) {
    check_permutation<24>(fixture);
  } else {
    throw Malformed("there is no permutation of width " + std::to_string(width));
  }
}

}  // namespace lockstep::vectors
