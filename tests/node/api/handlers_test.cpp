// What the API answers, and that it holds on to nothing while it does.
#include "node/api/handlers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "author.h"
#include "node/api/reader_source.h"
#include "node/api/store_source.h"
#include "node/spec/slot.h"
#include "node/spec/ssz.h"
#include "node/spec/store_recompute.h"

namespace lockstep::api {
namespace {

using Json = nlohmann::json;

std::string text_of(const Response& response) {
  return {response.body.begin(), response.body.end()};
}

/// A chain that finalizes, and the API in front of it.
class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    for (std::uint64_t slot = 1; slot <= kSlots; ++slot) {
      author.run_slot(slot);
    }
  }
  Response ask(const std::string& method, const std::string& target, const std::string& body = "") {
    return handle({.method = method, .target = target, .body = body}, sources);
  }
  void expect_one_line(const Response& response, std::uint32_t status) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
    const std::string text = text_of(response);
    EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
    EXPECT_GT(text.size(), 1);
  }

  static constexpr std::uint64_t kSlots = 10;
  const test::Keys keys{4};
  const std::shared_ptr<const chain::Anchor> anchor = keys.anchor(1000);
  test::Author author{keys, anchor};
  StoreSource source{author.chain().store()};
  runtime::Atomic<bool> role{nullptr, "aggregator", false};
  metrics::Registry registry;
  metrics::Exposition exposition{
      registry, {.name = "ann", .version = "1", .validators = 4, .is_aggregator = false, .anchor_slot = {}}};
  Sources sources{.chain = &source, .is_aggregator = &role, .metrics = &exposition};
};

TEST_F(ApiTest, says_that_it_is_healthy) {
  const Response response = ask("GET", "/lean/v0/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(text_of(response), R"({"status":"healthy","service":"lean-rpc-api"})");
}

TEST_F(ApiTest, serves_the_finalized_state_and_block) {
  const spec::Store& store = author.chain().store();
  ASSERT_GT(store.latest_finalized().slot, spec::Slot(0));
  const Response state = ask("GET", "/lean/v0/states/finalized");
  EXPECT_EQ(state.status, 200);
  EXPECT_EQ(state.content_type, "application/octet-stream");
  const auto read = spec::decode<spec::State>(state.body);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->slot, store.latest_finalized().slot);

  const Response block = ask("GET", "/lean/v0/blocks/finalized");
  EXPECT_EQ(block.content_type, "application/octet-stream");
  const auto signed_block = spec::decode<spec::SignedBlock>(block.body);
  ASSERT_TRUE(signed_block);
  EXPECT_EQ(signed_block->block, *store.tree().block(store.tree().find(store.latest_finalized().root)));
  EXPECT_EQ(signed_block->proof, spec::MultiMessageAggregate{});
}

TEST_F(ApiTest, serves_the_justified_checkpoint) {
  const spec::Checkpoint& justified = author.chain().store().latest_justified();
  const Json json = Json::parse(text_of(ask("GET", "/lean/v0/checkpoints/justified")));
  EXPECT_EQ(json, (Json{{"slot", justified.slot.value}, {"root", base::to_hex(justified.root.view())}}));
}

TEST_F(ApiTest, shows_the_tree_from_the_finalized_block_on) {
  const spec::Store& store = author.chain().store();
  const Json json = Json::parse(text_of(ask("GET", "/lean/v0/fork_choice?verbose=1")));
  EXPECT_EQ(json["head"], base::to_hex(store.head().view()));
  EXPECT_EQ(json["safe_target"], base::to_hex(store.safe_target().view()));
  EXPECT_EQ(json["finalized"]["slot"], store.latest_finalized().slot.value);
  EXPECT_EQ(json["justified"]["slot"], store.latest_justified().slot.value);
  EXPECT_EQ(json["validator_count"], 4);
  EXPECT_EQ(json["nodes"].size(), kSlots - store.latest_finalized().slot.value + 1);
  EXPECT_EQ(json["nodes"][0]["slot"], store.latest_finalized().slot.value);
  EXPECT_EQ(json["nodes"][0]["weight"], 0);

  const auto weights = spec::recompute_block_weights(store);
  std::uint64_t all = 0;
  for (const chain::ForkChoiceNode& node : chain::fork_choice_view_of(store).nodes) {
    const auto expected = weights.find(node.root);
    EXPECT_EQ(node.weight, expected == weights.end() ? 0 : expected->second);
    all += node.weight;
  }
  EXPECT_GT(all, 0);
}

TEST_F(ApiTest, lets_the_role_of_aggregator_be_changed) {
  EXPECT_EQ(text_of(ask("GET", "/lean/v0/admin/aggregator")), R"({"is_aggregator":false})");
  EXPECT_EQ(text_of(ask("POST", "/lean/v0/admin/aggregator", R"({"enabled":true})")),
            R"({"is_aggregator":true,"previous":false})");
  EXPECT_TRUE(role.load());
  EXPECT_EQ(text_of(ask("POST", "/lean/v0/admin/aggregator", R"({"enabled":true})")),
            R"({"is_aggregator":true,"previous":true})");
  EXPECT_EQ(text_of(ask("GET", "/lean/v0/admin/aggregator")), R"({"is_aggregator":true})");
}

TEST_F(ApiTest, a_role_that_makes_no_sense_changes_nothing) {
  for (const char* body : {"", "{", "[]", "true", "{}", R"({"enabled":1})", R"({"enabled":"true"})",
                           R"({"enabled":null})", "\xff\xfe"}) {
    expect_one_line(ask("POST", "/lean/v0/admin/aggregator", body), 400);
    EXPECT_FALSE(role.load());
  }
}

TEST_F(ApiTest, serves_the_metrics) {
  const Response response = ask("GET", "/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(text_of(response), exposition.text());
}

TEST_F(ApiTest, knows_what_it_does_not_have) {
  expect_one_line(ask("GET", "/"), 404);
  expect_one_line(ask("GET", ""), 404);
  expect_one_line(ask("GET", "/lean/v0/healthy"), 404);
  expect_one_line(ask("GET", "/lean/v0/health/"), 404);
  expect_one_line(ask("GET", "?/lean/v0/health"), 404);
}

TEST_F(ApiTest, says_which_methods_a_route_takes) {
  const Response put = ask("PUT", "/lean/v0/admin/aggregator", R"({"enabled":true})");
  expect_one_line(put, 405);
  EXPECT_EQ(put.allow, "GET, POST");
  EXPECT_FALSE(role.load());
  const Response post = ask("POST", "/lean/v0/health");
  expect_one_line(post, 405);
  EXPECT_EQ(post.allow, "GET");
}

TEST_F(ApiTest, asks_to_come_back_when_something_is_not_there_yet) {
  sources = {};
  for (const char* target :
       {"/lean/v0/states/finalized", "/lean/v0/blocks/finalized", "/lean/v0/checkpoints/justified",
        "/lean/v0/fork_choice", "/lean/v0/admin/aggregator", "/metrics"}) {
    const Response response = ask("GET", target);
    expect_one_line(response, 503);
    EXPECT_EQ(response.retry_after_seconds, kRetryAfterSeconds) << target;
  }
  expect_one_line(ask("POST", "/lean/v0/admin/aggregator", R"({"enabled":true})"), 503);
  EXPECT_EQ(ask("GET", "/lean/v0/health").status, 200);
}

TEST_F(ApiTest, serves_nothing_but_metrics_where_only_metrics_are_asked_for) {
  const auto ask_there = [&](const char* method, const char* target) {
    return handle_metrics_only({.method = method, .target = target, .body = {}}, sources);
  };
  EXPECT_EQ(ask_there("GET", "/metrics").status, 200);
  EXPECT_EQ(ask_there("POST", "/metrics").status, 405);
  EXPECT_EQ(ask_there("GET", "/lean/v0/health").status, 404);
  EXPECT_EQ(ask_there("POST", "/lean/v0/admin/aggregator").status, 404);
}

/// A chain that has lost its finalized block, is too busy to show its tree, and watches its borrow.
class WornChain final : public ChainSource {
 public:
  [[nodiscard]] chain::ChainView view() override { return {}; }
  [[nodiscard]] std::optional<chain::BorrowedState> finalized_state() override {
    return state == nullptr ? std::nullopt : std::optional<chain::BorrowedState>(std::in_place, state);
  }
  [[nodiscard]] std::optional<spec::Block> finalized_block() override { return std::nullopt; }
  [[nodiscard]] std::optional<chain::ForkChoiceView> fork_choice() override { return std::nullopt; }

  std::shared_ptr<const spec::State> state;
};

TEST_F(ApiTest, a_chain_that_is_too_busy_asks_for_patience) {
  WornChain worn;
  sources.chain = &worn;
  const Response response = ask("GET", "/lean/v0/fork_choice");
  expect_one_line(response, 503);
  EXPECT_EQ(response.retry_after_seconds, kRetryAfterSeconds);
}

TEST_F(ApiTest, what_was_pruned_meanwhile_is_not_found) {
  WornChain worn;
  sources.chain = &worn;
  expect_one_line(ask("GET", "/lean/v0/states/finalized"), 404);
  expect_one_line(ask("GET", "/lean/v0/blocks/finalized"), 404);
}

TEST_F(ApiTest, answers_from_what_is_published_as_from_the_store_itself) {
  test::ManualClock clock;
  ReaderSource reader(author.chain().reader(), anchor, clock);
  for (const char* target : {"/lean/v0/states/finalized", "/lean/v0/blocks/finalized",
                             "/lean/v0/checkpoints/justified", "/lean/v0/fork_choice"}) {
    sources.chain = &source;
    const Response from_store = ask("GET", target);
    sources.chain = &reader;
    const Response from_reader = ask("GET", target);
    EXPECT_EQ(from_reader.status, 200) << target;
    EXPECT_EQ(from_reader.body, from_store.body) << target;
  }
}

TEST_F(ApiTest, serves_the_anchor_before_anything_else_is_finalized) {
  test::Author fresh(keys, anchor);
  test::ManualClock clock;
  ReaderSource reader(fresh.chain().reader(), anchor, clock);
  sources.chain = &reader;
  const auto block = spec::decode<spec::SignedBlock>(ask("GET", "/lean/v0/blocks/finalized").body);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->block, anchor->block);
  EXPECT_EQ(ask("GET", "/lean/v0/states/finalized").body, spec::encode(anchor->state));
  EXPECT_EQ(Json::parse(text_of(ask("GET", "/lean/v0/fork_choice")))["nodes"].size(), 1);
}

TEST_F(ApiTest, a_chain_that_lags_the_clock_by_more_than_a_slot_asks_for_patience) {
  test::ManualClock clock;
  ReaderSource reader(author.chain().reader(), anchor, clock);
  sources.chain = &reader;
  const std::uint64_t ticked = author.chain().store().time().value;
  const auto genesis = std::chrono::seconds(1000);
  const auto interval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
  clock.set_wall({base::Duration(genesis + interval * (ticked + 5)).count()});
  EXPECT_EQ(ask("GET", "/lean/v0/fork_choice").status, 200);
  clock.advance(interval);
  expect_one_line(ask("GET", "/lean/v0/fork_choice"), 503);
}

TEST_F(ApiTest, gives_a_borrowed_state_back_before_it_answers) {
  WornChain worn;
  worn.state = std::make_shared<const spec::State>(author.chain().store().head_state());
  sources.chain = &worn;
  const Response response = ask("GET", "/lean/v0/states/finalized");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(worn.state.use_count(), 1);
}

}  // namespace
}  // namespace lockstep::api
