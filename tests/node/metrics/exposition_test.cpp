// The audit: every name and label that somebody's dashboard may know, spelled out once more.
#include "node/metrics/exposition.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "node/base/assert.h"

namespace lockstep::metrics {
namespace {

/// `name{label=value|value,label=value}` for each metric; written by hand and not taken from the catalogue.
/// Labels that come to be are welcome without being listed here; they are not protected then.
const std::vector<std::string> kKnownToDashboards = {
    "lean_node_start_time_seconds",
    "lean_head_slot",
    "lean_current_slot",
    "lean_safe_target_slot",
    "lean_fork_choice_block_processing_time_seconds",
    "lean_attestations_valid_total{source=block|gossip}",
    "lean_attestations_invalid_total{source=block|gossip}",
    "lean_attestation_validation_time_seconds",
    "lean_fork_choice_reorgs_total",
    "lean_fork_choice_reorg_depth",
    "lean_attestation_aggregate_coverage_validators{section=timely|late|block|combined|aggregate_start_new|"
    "proposal_payloads|proposal_gossip|proposal_combined,subnet=combined|subnet_0}",
    "lean_attestation_aggregate_coverage_subnets{section=timely|late|block|combined|aggregate_start_new|"
    "proposal_payloads|proposal_gossip|proposal_combined}",
    "lean_attestation_aggregate_coverage_diff_validators{direction=block_only|timely_only}",
    "lean_latest_justified_slot",
    "lean_latest_finalized_slot",
    "lean_state_transition_time_seconds",
    "lean_validators_count",
    "lean_connected_peers",
    "lean_tick_interval_duration_seconds",
    "lean_pq_sig_attestation_signing_time_seconds",
    "lean_pq_sig_attestation_verification_time_seconds",
    "lean_pq_sig_aggregated_signatures_building_time_seconds",
    "lean_pq_sig_aggregated_signatures_verification_time_seconds",
    "lean_committee_signatures_aggregation_time_seconds",
    "lean_aggregator_skipped_total{reason=not_synced|other}",
    "lean_is_aggregator",
    "lean_node_sync_status{status=idle|syncing|synced}",
    "lean_gossip_mesh_peers",
    "lean_block_fetch_dedup_total{outcome=already_in_forkchoice|already_in_block_cache|already_pending|"
    "fetched|"
    "fetch_no_peers|fetch_failed|dedup_lost_race|inflight_cap}",
    "zeam_blocks_by_range_sync_total{outcome=success|retry|exhausted|abort|timeout|pre_finalized_noop}",
    "zeam_chain_invalid_block_root_hit_total{site=self|parent}",
    "lean_chain_queue_depth{queue=block|attestation|aggregated_attestation}",
    "lean_chain_queue_dropped_total{queue=block|attestation|aggregated_attestation}",
    "zeam_gossip_atts_dropped_total{kind=attestation|aggregation,reason=syncing|worker_validation_failed}",
    "zeam_libp2p_swarm_command_dropped_total{reason=full|closed}",
    "zeam_slot_driver_stall_fired_total",
    "zeam_slot_driver_stall_seconds",
    "lockstep_interval_done_lateness_seconds",
    "lockstep_inputs_entered_total{input=block|attestation|aggregate,origin=gossip|sync|own|buffered|block}",
    "lockstep_commands_total{command=publish_block|publish_attestation|publish_aggregate|request|respond|"
    "complain,outcome=done|refused|queue_full|closed|shut_down}",
    "lockstep_threads_died_total",
    "lockstep_gossip_messages_total{outcome=duplicate|dropped|delivered}",
    "lean_node_interval_error_total{site=propose|attest|aggregate}",
    "lean_pending_blocks_depth",
    "lean_pending_blocks_evicted_total{reason=cap|pre_finalized|duplicate|too_far_future}",
    "lean_pending_blocks_replayed_total{result=imported|duplicate|unknown_parent|early|too_old|too_far_ahead|"
    "rejected|evicted|not_synced|queue_full|shut_down}",
    "lean_blocks_future_slot_dropped_total",
    "lean_pending_attestations_size{kind=attestation|aggregation}",
    "lean_pending_attestations_buffered_total{kind=attestation|aggregation,reason=unknown_block|future_slot}",
    "lean_pending_attestations_evicted_total{kind=attestation|aggregation}",
    "lean_pending_attestations_replay_total{kind=attestation|aggregation,outcome=accepted|buffered|dropped}",
    "zeam_blocks_by_root_inflight",
    "zeam_aggregate_coalesced_total",
    "zeam_chain_onblock_step_duration_seconds{step=state_transition|fork_choice}",
    "zeam_aggregate_commit_lag_intervals",
    "zeam_aggregate_selected_key_lag_total{lag=current|prev|older}",
    "lockstep_tick_lateness_seconds",
    "lockstep_intervals_skipped_total",
    "lockstep_blocks_total{origin=gossip|sync|own|buffered|block,outcome=imported|duplicate|unknown_parent|"
    "not_synced|queue_full|shut_down|"
    "early|too_old|too_far_ahead|rejected|evicted}",
    "lockstep_attestations_total{origin=gossip|sync|own|buffered|block,outcome=accepted|buffered|rejected|"
    "not_synced|queue_full|shut_down|"
    "evicted}",
    "lockstep_aggregates_total{origin=gossip|sync|own|buffered|block,outcome=accepted|buffered|rejected|"
    "not_synced|queue_full|shut_down|"
    "evicted}",
    "lockstep_rejections_total{kind=block|attestation|aggregate,reason=BLOCK_SLOT_NOT_IN_FUTURE|"
    "BLOCK_OLDER_THAN_LATEST_HEADER|BLOCK_SLOT_MISMATCH|PARENT_ROOT_MISMATCH|STATE_ROOT_MISMATCH|"
    "UNKNOWN_PARENT_BLOCK|PROPOSER_INDEX_OUT_OF_RANGE|EMPTY_VALIDATOR_REGISTRY|WRONG_PROPOSER|"
    "TOO_MANY_ATTESTATION_DATA|DUPLICATE_ATTESTATION_DATA|EMPTY_AGGREGATION_BITS|UNKNOWN_SOURCE_BLOCK|"
    "UNKNOWN_TARGET_BLOCK|UNKNOWN_HEAD_BLOCK|SOURCE_AFTER_TARGET|HEAD_OLDER_THAN_TARGET|"
    "SOURCE_SLOT_MISMATCH|TARGET_SLOT_MISMATCH|HEAD_SLOT_MISMATCH|SOURCE_NOT_ANCESTOR_OF_TARGET|"
    "TARGET_NOT_ANCESTOR_OF_HEAD|ATTESTATION_TOO_FAR_IN_FUTURE|ATTESTATION_SLOT_BEFORE_HEAD|"
    "VALIDATOR_NOT_IN_STATE|VALIDATOR_INDEX_OUT_OF_RANGE|JUSTIFIED_SLOT_OUT_OF_RANGE|INVALID_SIGNATURE|"
    "INVALID_BLOCK_PROOF|ANCHOR_STATE_ROOT_MISMATCH|DECODE_ERROR}",
    "lockstep_duties_total{duty=propose|attest|aggregate,outcome=done|starting|not_synced|missed|"
    "already_signed|signing_failed|proving_failed|refused}",
    "lockstep_buffer_size{buffer=pending_blocks|early_blocks|ready_blocks|pending_attestations|"
    "command_queue|exchange_queue|block_queue|vote_queue|aggregate_queue|block_lane|vote_lane|aggregate_lane|"
    "pending_aggregates|seen_messages|requests_in_flight|signed_blocks|block_fetches|"
    "response_channels|invalid_roots|cached_messages}",
    "lockstep_buffer_bound{buffer=pending_blocks|early_blocks|ready_blocks|pending_attestations|"
    "command_queue|exchange_queue|block_queue|vote_queue|aggregate_queue|block_lane|vote_lane|aggregate_lane|"
    "pending_aggregates|seen_messages|requests_in_flight|signed_blocks|block_fetches|"
    "response_channels|invalid_roots|cached_messages}",
    "lockstep_messages_dropped_total{reason=bad_frame|bad_rpc|unknown_topic|unsubscribed|too_long|"
    "bad_snappy|bad_ssz|bad_request|bad_response|unsolicited|late_response|unknown_request|"
    "too_many_requests|endless_response|slow_response|invalid_block|graft_in_backoff|control_flood|"
    "bad_message_id|broken_promise|slow_peer|wrong_subnet}",
    "lockstep_requests_sent_total{protocol=status|blocks_by_root|blocks_by_range}",
    "lockstep_requests_ended_total{protocol=status|blocks_by_root|blocks_by_range,end=answered|refused|"
    "timed_out|disconnected|invalid|not_sent|no_room}",
    "lockstep_requests_served_total{protocol=status|blocks_by_root|blocks_by_range}",
    "lockstep_peer_events_total{event=connected|disconnected|dropped}",
    "lockstep_connection_events_total{event=established|refused|duplicate_refused|handshake_failed|"
    "oversize_frame|timed_out}",
    "lockstep_work_seconds{work=verify_signature|sign_message|verify_proof|aggregate_proof|merge_proofs|"
    "state_transition|build_block|fork_choice|decode}",
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) {
    parts.push_back(part);
  }
  return parts;
}

/// The series of one entry as they stand in the text: `name` or `name{label="value",label="value"}`.
std::vector<std::string> series_of(const std::string& entry) {
  const std::size_t brace = entry.find('{');
  if (brace == std::string::npos) {
    return {entry};
  }
  std::vector<std::string> heads = {entry.substr(0, brace + 1)};
  const std::string labels = entry.substr(brace + 1, entry.size() - brace - 2);
  bool is_first = true;
  for (const std::string& label : split(labels, ',')) {
    const std::size_t equals = label.find('=');
    std::vector<std::string> longer;
    for (const std::string& head : heads) {
      for (const std::string& value : split(label.substr(equals + 1), '|')) {
        longer.push_back(head + (is_first ? "" : ",") + label.substr(0, equals) + "=\"" + value + "\"");
      }
    }
    heads = std::move(longer);
    is_first = false;
  }
  for (std::string& head : heads) {
    head += '}';
  }
  return heads;
}

/// The series with `suffix` behind the name.
std::string with_suffix(const std::string& series, const std::string& suffix) {
  const std::size_t brace = std::min(series.find('{'), series.size());
  return series.substr(0, brace) + suffix + series.substr(brace);
}

/// Moves every series of the catalogue to one, or lets it see a single value.
void bump_everything(Registry& registry) {
  for (const Description& what : catalogue()) {
    const std::size_t seconds = what.labels.size() < 2 ? 1 : what.labels[1].values.size();
    for (std::size_t i = 0; what.is_closed() && i < what.series(); ++i) {
      const Series series(what.metric, i / seconds, i % seconds);
      if (what.type == Type::kHistogram) {
        registry.observe(series, std::int64_t{1});
      } else if (what.type == Type::kGauge) {
        registry.set(series, what.unit == Unit::kNanoseconds ? 1'000'000'000 : 1);
      } else {
        registry.add(series);
      }
    }
  }
}

NodeFacts some_facts() {
  return {.name = "ann", .version = "0.1.0", .validators = 1, .is_aggregator = false, .anchor_slot = {}};
}

std::set<std::string> lines_of(const std::string& text) {
  const std::vector<std::string> lines = split(text, '\n');
  return {lines.begin(), lines.end()};
}

TEST(Exposition, shows_every_label_that_dashboards_know_once_it_was_bumped) {
  Registry registry;
  bump_everything(registry);
  const std::set<std::string> lines = lines_of(Exposition(registry, some_facts()).text());

  for (const std::string& entry : kKnownToDashboards) {
    for (const std::string& series : series_of(entry)) {
      EXPECT_TRUE(lines.contains(series + " 1") || lines.contains(with_suffix(series, "_count") + " 1"))
          << series;
    }
  }
  for (const Description& what : catalogue()) {
    const bool is_listed = std::ranges::any_of(kKnownToDashboards, [&](const std::string& entry) {
      return entry.substr(0, entry.find('{')) == what.name;
    });
    EXPECT_TRUE(is_listed || !what.is_closed())
        << what.name << " is not in the list above, and could vanish unnoticed";
  }
  EXPECT_TRUE(lines.contains(R"(lean_node_info{name="ann",version="0.1.0"} 1)"));
}

TEST(Exposition, shows_what_has_not_happened_as_zero) {
  const Registry registry;
  const std::set<std::string> lines = lines_of(Exposition(registry, some_facts()).text());
  EXPECT_TRUE(lines.contains("lean_fork_choice_reorgs_total 0"));
  EXPECT_TRUE(lines.contains(R"(lean_attestations_invalid_total{source="block"} 0)"));
  EXPECT_TRUE(lines.contains("lean_fork_choice_reorg_depth_count 0"));
}

TEST(Exposition, shows_the_subnets_that_the_network_has_and_no_others) {
  const Registry registry;
  NodeFacts facts = some_facts();
  facts.subnets = 4;
  const std::set<std::string> of_four = lines_of(Exposition(registry, facts).text());
  const std::set<std::string> of_one = lines_of(Exposition(registry, some_facts()).text());
  const auto line = [](const std::string& subnet) {
    return R"(lean_attestation_aggregate_coverage_validators{section="late",subnet=")" + subnet + R"("} 0)";
  };
  for (const std::string subnet : {"combined", "subnet_0"}) {
    EXPECT_TRUE(of_one.contains(line(subnet)) && of_four.contains(line(subnet))) << subnet;
  }
  EXPECT_TRUE(of_four.contains(line("subnet_3")));
  EXPECT_FALSE(of_four.contains(line("subnet_4")));
  EXPECT_FALSE(of_one.contains(line("subnet_1")));
}

TEST(Exposition, histograms_are_cumulative_and_in_seconds) {
  Registry registry;
  registry.observe(Metric::kAttestationValidationTime, std::chrono::milliseconds(7));
  registry.observe(Metric::kAttestationValidationTime, std::chrono::milliseconds(50));
  registry.observe(Metric::kAttestationValidationTime, std::chrono::seconds(3));
  const std::string text = Exposition(registry, some_facts()).text();

  const std::string expected =
      "# TYPE lean_attestation_validation_time_seconds histogram\n"
      "lean_attestation_validation_time_seconds_count 3\n"
      "lean_attestation_validation_time_seconds_sum 3.057\n"
      "lean_attestation_validation_time_seconds_bucket{le=\"0.005\"} 0\n"
      "lean_attestation_validation_time_seconds_bucket{le=\"0.01\"} 1\n"
      "lean_attestation_validation_time_seconds_bucket{le=\"0.025\"} 1\n"
      "lean_attestation_validation_time_seconds_bucket{le=\"0.05\"} 2\n"
      "lean_attestation_validation_time_seconds_bucket{le=\"0.1\"} 2\n"
      "lean_attestation_validation_time_seconds_bucket{le=\"1\"} 2\n"
      "lean_attestation_validation_time_seconds_bucket{le=\"+Inf\"} 3\n";
  EXPECT_NE(text.find(expected), std::string::npos) << text;
}

TEST(Exposition, shows_locks_by_name_and_site) {
  const Registry registry;
  locking::LockTimes states;
  states.site("produceBlock.commit").wait.add(std::chrono::microseconds(3));
  states.site("produceBlock.commit").hold.add(std::chrono::milliseconds(2));
  states.site("onBlock").hold.add(std::chrono::milliseconds(5));
  Exposition exposition(registry, some_facts());
  exposition.add_lock("known states", states);
  const std::set<std::string> lines = lines_of(exposition.text());

  EXPECT_TRUE(
      lines.contains(R"(zeam_lock_wait_seconds_count{lock="known_states",site="produceBlock.commit"} 1)"));
  EXPECT_TRUE(
      lines.contains(R"(zeam_lock_wait_seconds_sum{lock="known_states",site="produceBlock.commit"} 3e-06)"));
  EXPECT_TRUE(lines.contains(
      R"(zeam_lock_wait_seconds_bucket{lock="known_states",site="produceBlock.commit",le="4.096e-06"} 1)"));
  EXPECT_TRUE(lines.contains(
      R"(zeam_lock_wait_seconds_bucket{lock="known_states",site="produceBlock.commit",le="1.024e-06"} 0)"));
  EXPECT_TRUE(lines.contains(R"(zeam_lock_hold_seconds_count{lock="known_states",site="onBlock"} 1)"));
  EXPECT_TRUE(lines.contains(R"(zeam_lock_hold_seconds_sum{lock="known_states",site="onBlock"} 0.005)"));
}

TEST(Exposition, asks_for_gauges_and_counters_that_somebody_else_keeps) {
  Registry registry;
  registry.set(Metric::kIsAggregator, 1);
  std::int64_t depth = 3;
  Exposition exposition(registry, some_facts());
  exposition.watch({Metric::kPendingAttestationsSize, VoteKind::kAggregation}, [&] { return depth; });
  EXPECT_TRUE(
      lines_of(exposition.text()).contains(R"(lean_pending_attestations_size{kind="aggregation"} 3)"));
  exposition.watch({Metric::kConnectionEvents, ConnectionEvent::kTimedOut}, [] { return 7; });
  depth = 4;
  const std::set<std::string> lines = lines_of(exposition.text());
  EXPECT_TRUE(lines.contains(R"(lean_pending_attestations_size{kind="aggregation"} 4)"));
  EXPECT_TRUE(lines.contains(R"(lean_pending_attestations_size{kind="attestation"} 0)"));
  EXPECT_TRUE(lines.contains("lean_is_aggregator 1"));
  EXPECT_TRUE(lines.contains(R"(lockstep_connection_events_total{event="timed_out"} 7)"));
  EXPECT_THROW(exposition.watch(Metric::kTickLateness, [] { return 0; }), base::AssertionFailed);
}

TEST(Exposition, two_locks_of_one_name_are_a_mistake) {
  const Registry registry;
  const locking::LockTimes times;
  Exposition exposition(registry, some_facts());
  exposition.add_lock("states", times);
  EXPECT_THROW(exposition.add_lock("states", times), base::AssertionFailed);
}

TEST(Exposition, keeps_to_the_grammar_of_the_text_format) {
  Registry registry;
  bump_everything(registry);
  locking::LockTimes times;
  times.site("site").hold.add(std::chrono::microseconds(1));
  NodeFacts facts = some_facts();
  facts.name = "a \"name\"\\ with\nall of it";
  Exposition exposition(registry, facts);
  exposition.add_lock("lock", times);
  const std::string text = exposition.text();

  const std::regex comment(R"(# (HELP [a-z0-9_]+ [^\\\n]+|TYPE [a-z0-9_]+ (counter|gauge|histogram)))");
  const std::regex sample(
      R"re([a-z0-9_]+(\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\})? [0-9.e+-]+)re");
  ASSERT_TRUE(text.ends_with('\n'));
  std::set<std::string> samples;
  for (const std::string& line : split(text, '\n')) {
    EXPECT_TRUE(std::regex_match(line, line.starts_with('#') ? comment : sample)) << line;
    EXPECT_TRUE(samples.insert(line.substr(0, line.rfind(' ') + (line.starts_with('#') ? 99 : 0))).second)
        << line;
  }
}

}  // namespace
}  // namespace lockstep::metrics
