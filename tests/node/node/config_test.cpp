// Whose votes a node hears, by its settings.
#include "node/node/config.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "author.h"

namespace lockstep::node {
namespace {

Config with_validators(std::size_t first, std::size_t count) {
  static const test::Keys kKeys{12};
  Config config;
  config.validators = kKeys.own(first, count);
  config.attestation_committee_count = 4;
  return config;
}

spec::SubnetSet subnets(std::initializer_list<std::size_t> numbers) {
  spec::SubnetSet set;
  for (const std::size_t number : numbers) {
    set.set(number);
  }
  return set;
}

TEST(SubnetsHeard, are_those_of_the_node_s_own_validators) {
  EXPECT_EQ(subnets_heard(with_validators(0, 0)), subnets({}));
  EXPECT_EQ(subnets_heard(with_validators(6, 1)), subnets({2}));
  EXPECT_EQ(subnets_heard(with_validators(7, 2)), subnets({3, 0}));
  EXPECT_EQ(subnets_heard(with_validators(0, 12)), subnets({0, 1, 2, 3}));
}

TEST(SubnetsHeard, are_all_of_them_for_an_aggregator_that_was_told_nothing_else) {
  Config config = with_validators(6, 1);
  config.is_aggregator = true;
  EXPECT_TRUE(subnets_heard(config).all());
}

TEST(SubnetsHeard, are_those_that_an_aggregator_was_told_of_besides_its_own) {
  Config config = with_validators(6, 1);
  config.is_aggregator = true;
  config.aggregate_subnets = subnets({0});
  EXPECT_EQ(subnets_heard(config), subnets({0, 2}));
}

TEST(SubnetsHeard, leave_out_what_only_an_aggregator_would_hear) {
  Config config = with_validators(6, 1);
  config.aggregate_subnets = subnets({0, 1});
  EXPECT_EQ(subnets_heard(config), subnets({2}));
}

TEST(SubnetsHeard, are_the_only_one_there_is_unless_settings_say_otherwise) {
  Config config = with_validators(6, 3);
  config.attestation_committee_count = Config{}.attestation_committee_count;
  EXPECT_EQ(subnets_heard(config), subnets({0}));
}

}  // namespace
}  // namespace lockstep::node
