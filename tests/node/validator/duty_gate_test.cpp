// The duty gate closes and opens where leanSpec's does.
#include "node/validator/duty_gate.h"

#include <gtest/gtest.h>

namespace lockstep::validator {
namespace {

/// Asks a gate in slot 100, given how far head and newest block lie behind.
bool ask(DutyGate& gate, std::uint64_t head_lag, std::uint64_t network_lag) {
  return gate.is_open(spec::Slot(100), spec::Slot(100 - head_lag), spec::Slot(100 - network_lag));
}

TEST(DutyGate, is_open_up_to_a_lag_of_4_slots) {
  DutyGate gate;
  EXPECT_TRUE(ask(gate, 0, 0));
  EXPECT_TRUE(ask(gate, 4, 0));
  EXPECT_FALSE(ask(gate, 5, 0));
}

TEST(DutyGate, once_closed_it_opens_at_a_lag_of_2) {
  DutyGate gate;
  EXPECT_FALSE(ask(gate, 5, 0));
  EXPECT_FALSE(ask(gate, 4, 0));
  EXPECT_FALSE(ask(gate, 3, 0));
  EXPECT_TRUE(ask(gate, 2, 0));
  EXPECT_TRUE(ask(gate, 4, 0));
}

TEST(DutyGate, a_network_without_blocks_for_more_than_8_slots_opens_it) {
  DutyGate gate;
  EXPECT_FALSE(ask(gate, 8, 8));
  EXPECT_TRUE(ask(gate, 9, 9));
  EXPECT_FALSE(ask(gate, 9, 8));
}

TEST(DutyGate, a_head_ahead_of_the_clock_is_no_lag) {
  DutyGate gate;
  EXPECT_TRUE(gate.is_open(spec::Slot(5), spec::Slot(6), spec::Slot(6)));
}

}  // namespace
}  // namespace lockstep::validator
