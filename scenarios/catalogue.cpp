// The table of stories, and how a plan becomes a run of one of them.
#include "scenarios/catalogue.h"

#include <algorithm>
#include <array>
#include <vector>

#include "scenarios/stories.h"
#include "scenarios/story_settings.h"
#include "sim/checkers/checkers.h"
#include "sim/cluster/fault_kinds.h"
#include "sim/cluster/genesis.h"
#include "sim/cluster/settings.h"
#include "sim/cluster/turns.h"

namespace lockstep::scenarios {
namespace {

/// A story together with what it asks of its world.
struct Entry {
  Scenario scenario;
  cluster::Design design;
  void (*story)(cluster::Cluster&);
};

const std::array kEntries = {
    Entry{{.name = "devnet",
           .moral = "When all is well, every slot has its block and finality follows a few slots behind.",
           .nodes = 4,
           .nodes_min = 1,
           .nodes_max = cluster::kPlanNodesMax,
           .slots = 64,
           .slots_min = 1,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          devnet},
    Entry{{.name = "unheard_block_is_abandoned",
           .moral = "A proposer gives up its own block once the others have built without it.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 4,
           .slots = 20,
           .slots_min = 18,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          unheard_block_is_abandoned},
    Entry{{.name = "healed_partition_converges",
           .moral = "Two halves that went separate ways come together, and what was final stays final.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 40,
           .slots_min = 32,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          healed_partition_converges},
    Entry{{.name = "a_third_offline_still_finalizes",
           .moral = "As many may be offline as two thirds of the votes can do without.",
           .nodes = 9,
           .nodes_min = 3,
           .nodes_max = 11,
           .slots = 48,
           .slots_min = 40,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          a_third_offline_still_finalizes},
    Entry{{.name = "more_than_a_third_offline_stalls_finality",
           .moral = "With one more offline nothing becomes final until somebody comes back.",
           .nodes = 9,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 40,
           .slots_min = 36,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          more_than_a_third_offline_stalls_finality},
    Entry{
        {.name = "old_votes_crowd_out_new_ones",
         .moral =
             "After a long stall the votes that came to nothing fill every block, and finality never comes.",
         .nodes = 9,
         .nodes_min = 9,
         .nodes_max = 9,
         .slots = 80,
         .slots_min = 60,
         .settings = {}},
        {.settings = {}, .bounds = kUsual},
        old_votes_crowd_out_new_ones},
    Entry{{.name = "clocks_at_the_edge_of_tolerance_still_finalize",
           .moral = "Clocks that disagree by as much as is put up with do not stop the chain.",
           .nodes = 6,
           .nodes_min = 4,
           .nodes_max = 64,
           .slots = 40,
           .slots_min = 24,
           .settings = {}},
          {.settings = kClockSettings, .bounds = kSplit},
          clocks_at_the_edge_of_tolerance_still_finalize},
    Entry{{.name = "gossip_flood_leaves_the_clock_alone",
           .moral = "A peer that shouts does not make a node late for its duties.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 24,
           .slots_min = 20,
           .settings = {}},
          {.settings = kFloodSettings, .bounds = kUsual},
          gossip_flood_leaves_the_clock_alone},
    Entry{{.name = "garbage_costs_only_the_one_who_sends_it",
           .moral = "A peer that sends what it must not is sent away, and nothing else changes.",
           .nodes = 6,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 32,
           .slots_min = 28,
           .settings = {}},
          {.settings = kGarbageSettings, .bounds = kUsual},
          garbage_costs_only_the_one_who_sends_it},
    Entry{{.name = "gossip_flood_and_requests_go_together",
           .moral = "Votes pour in while peers ask for the whole chain, and a node does both in time.",
           .nodes = 6,
           .nodes_min = 6,
           .nodes_max = 6,
           .slots = 32,
           .slots_min = 28,
           .settings = {}},
          {.settings = kTogetherSettings, .bounds = kUsual},
          gossip_flood_and_requests_go_together},
    Entry{{.name = "jitter_among_ten_nodes_leaves_the_chain_alone",
           .moral = "Messages that overtake one another, come twice or never leave the chain alone.",
           .nodes = 10,
           .nodes_min = 4,
           .nodes_max = 64,
           .slots = 48,
           .slots_min = 24,
           .settings = {}},
          {.settings = kJitterSettings, .bounds = kUsual},
          jitter_among_ten_nodes_leaves_the_chain_alone},
    Entry{{.name = "a_starved_network_thread_delays_no_tick",
           .moral = "A network thread that cannot keep up holds up nothing but what peers send.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 44,
           .slots_min = 40,
           .settings = {}},
          {.settings = kStarvedSettings, .bounds = kBehind},
          a_starved_network_thread_delays_no_tick},
    Entry{{.name = "a_slow_prover_delays_no_tick",
           .moral = "A proof of 18 s delays neither ticks nor blocks, and finality by what the rules say.",
           .nodes = 4,
           .nodes_min = 2,
           .nodes_max = 64,
           .slots = 120,
           .slots_min = 120,
           .settings = {}},
          {.settings = kSlowProverSettings, .bounds = kHeadsOnly},
          a_slow_prover_delays_no_tick},
    Entry{{.name = "ticks_stay_on_time_under_the_flood_of_the_discussion",
           .moral = "No flood of votes and no proof that takes 18 s makes a node late for an interval.",
           .nodes = 4,
           .nodes_min = 2,
           .nodes_max = 16,
           .slots = 40,
           .slots_min = 40,
           .settings = {}},
          {.settings = kDiscussionSettings, .bounds = kSlowProofs},
          ticks_stay_on_time_under_the_flood_of_the_discussion},
    Entry{
        {.name = "restarted_node_catches_up",
         .moral = "A node that lost everything gets the chain from its peers and takes up its duties again.",
         .nodes = 4,
         .nodes_min = 4,
         .nodes_max = 64,
         .slots = 32,
         .slots_min = 28,
         .settings = {}},
        {.settings = {}, .bounds = kUsual},
        restarted_node_catches_up},
    Entry{{.name = "reader_borrows_states_while_finality_prunes",
           .moral = "Whoever reads a state reads it whole, whatever the chain does meanwhile.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 28,
           .slots_min = 24,
           .settings = {}},
          {.settings = kReaderSettings, .bounds = kUsual},
          reader_borrows_states_while_finality_prunes},
    Entry{{.name = "dead_network_thread_stops_its_node",
           .moral = "A node whose network thread ends says so and stops.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 32,
           .slots_min = 28,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          dead_network_thread_stops_its_node},
    Entry{{.name = "nodes_shut_down_under_load",
           .moral = "A node stops at any moment, and nothing that was under way is lost without a word.",
           .nodes = 4,
           .nodes_min = 2,
           .nodes_max = 16,
           .slots = 8,
           .slots_min = 1,
           .settings = {}},
          {.settings = kShutDownSettings, .bounds = kUsual},
          nodes_shut_down_under_load},
    Entry{{.name = "a_node_behind_by_100_slots_catches_up",
           .moral = "A node that missed a hundred slots fetches them by range and takes up its duties again.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 124,
           .slots_min = 120,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          a_node_behind_by_100_slots_catches_up},
    Entry{{.name = "a_node_starts_from_a_checkpoint_while_the_chain_goes_on",
           .moral = "A node that starts from a checkpoint has no past, and is soon where the others are.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 4,
           .slots = 80,
           .slots_min = 76,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          a_node_starts_from_a_checkpoint_while_the_chain_goes_on},
    Entry{{.name = "votes_for_unknown_blocks_start_no_runaway_fetches",
           .moral = "However many votes name blocks that nobody has, eight fetches are under way at most.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 16,
           .slots = 24,
           .slots_min = 20,
           .settings = {}},
          {.settings = kUnknownSettings, .bounds = kUsual},
          votes_for_unknown_blocks_start_no_runaway_fetches},
    Entry{{.name = "wrong_blocks_in_answer_cost_only_time",
           .moral =
               "Peers that answer with blocks that nobody asked for are found out, and nothing is believed.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 4,
           .slots = 36,
           .slots_min = 32,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          wrong_blocks_in_answer_cost_only_time},
    Entry{{.name = "answers_without_end_are_cut_off",
           .moral = "An answer that goes on and on ends its request, and what was good in it is kept.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 4,
           .slots = 36,
           .slots_min = 32,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          answers_without_end_are_cut_off},
    Entry{{.name = "answers_that_stop_half_way_are_given_up",
           .moral = "An answer that stops half-way is waited for as long as is fair, and then somebody else "
                    "is asked.",
           .nodes = 4,
           .nodes_min = 4,
           .nodes_max = 4,
           .slots = 36,
           .slots_min = 32,
           .settings = {}},
          {.settings = {}, .bounds = kUsual},
          answers_that_stop_half_way_are_given_up},
};

/// The rules of a story's settings: the common ones, some replaced by the story's, by key in ascending order.
std::vector<SettingRule> rules_of(const Entry& entry) {
  std::vector<SettingRule> rules(entry.design.settings.begin(), entry.design.settings.end());
  for (const SettingRule& common : cluster::common_settings()) {
    const bool is_replaced = std::any_of(rules.begin(), rules.end(),
                                         [&](const SettingRule& rule) { return rule.key == common.key; });
    if (!is_replaced) {
      rules.push_back(common);
    }
  }
  std::sort(rules.begin(), rules.end(),
            [](const SettingRule& a, const SettingRule& b) { return a.key < b.key; });
  return rules;
}

/// The scenarios with their settings, in the order of the entries.
struct Catalogue {
  std::vector<std::vector<Setting>> settings;
  std::vector<Scenario> scenarios;

  Catalogue() {
    settings.reserve(kEntries.size());
    for (const Entry& entry : kEntries) {
      std::vector<Setting>& own = settings.emplace_back();
      for (const SettingRule& rule : rules_of(entry)) {
        own.push_back({rule.key, rule.meaning, rule.default_value});
      }
      scenarios.push_back(entry.scenario);
      scenarios.back().settings = own;
    }
  }
};

const Catalogue& the_catalogue() {
  static const Catalogue kCatalogue;
  return kCatalogue;
}

const Entry* find_entry(std::string_view name) {
  const auto* const found = std::find_if(kEntries.begin(), kEntries.end(),
                                         [&](const Entry& entry) { return entry.scenario.name == name; });
  return found == kEntries.end() ? nullptr : found;
}

/// Counts the letters by which two names differ, roughly, to guess what a user meant.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string unknown_scenario(std::string_view name) {
  const auto* const nearest =
      std::min_element(kEntries.begin(), kEntries.end(), [&](const Entry& a, const Entry& b) {
        return distance(a.scenario.name, name) < distance(b.scenario.name, name);
      });
  return "there is no scenario '" + std::string(name) + "'; did you mean " +
         std::string(nearest->scenario.name) + "? (lockstep list shows all)";
}

std::optional<std::string> complaint_about_number(const std::string& what, std::uint64_t value,
                                                  std::uint64_t min, std::uint64_t max) {
  if (value >= min && value <= max) {
    return std::nullopt;
  }
  return what + " must be from " + std::to_string(min) + " to " + std::to_string(max) + ", not " +
         std::to_string(value);
}

std::optional<std::string> complaint_about_settings(const cluster::Plan& plan, const Entry& entry) {
  const std::vector<SettingRule> rules = rules_of(entry);
  for (const auto& [key, value] : plan.settings) {
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&](const SettingRule& r) { return r.key == key; });
    if (rule == rules.end()) {
      std::string known;
      for (const SettingRule& each : rules) {
        known += (known.empty() ? "" : ", ") + std::string(each.key);
      }
      return plan.scenario + " has no setting '" + key + "'; it has " + known;
    }
    if (const auto complaint = cluster::complaint_about(*rule, value)) {
      return "setting " + key + " " + *complaint;
    }
  }
  const cluster::Settings settings(plan, entry.design.settings);
  const std::uint64_t validators = plan.nodes * settings.number("validators_per_node");
  if (validators > 4096) {
    return "nodes times validators_per_node must be at most 4096, not " + std::to_string(validators);
  }
  if (settings.word("signatures") == "xmss" && plan.slots >= cluster::kXmssSlotsMax) {
    return "slots must be below " + std::to_string(cluster::kXmssSlotsMax) +
           " with signatures=xmss, as long as the test keys last";
  }
  if (settings.number("aggregators") > plan.nodes) {
    return "setting aggregators must be at most the number of nodes, " + std::to_string(plan.nodes);
  }
  return std::nullopt;
}

std::optional<std::string> complaint_about_plan(const cluster::Plan& plan, const Entry& entry) {
  const Scenario& scenario = entry.scenario;
  if (auto complaint = complaint_about_number("nodes of " + plan.scenario, plan.nodes, scenario.nodes_min,
                                              scenario.nodes_max)) {
    return complaint;
  }
  if (auto complaint = complaint_about_number("slots of " + plan.scenario, plan.slots, scenario.slots_min,
                                              cluster::kPlanSlotsMax)) {
    return complaint;
  }
  if (!cluster::is_strategy(plan.strategy)) {
    return "strategy must be one of " + cluster::strategy_names() + ", not '" + plan.strategy + "'";
  }
  if (auto complaint = complaint_about_settings(plan, entry)) {
    return complaint;
  }
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    if (const auto complaint = cluster::complaint_about(plan.faults[i], plan.nodes)) {
      return "fault " + std::to_string(i + 1) + ": " + *complaint;
    }
  }
  return std::nullopt;
}

}  // namespace

std::span<const Scenario> catalogue() {
  return the_catalogue().scenarios;
}

const Scenario* find_scenario(std::string_view name) {
  for (const Scenario& scenario : the_catalogue().scenarios) {
    if (scenario.name == name) {
      return &scenario;
    }
  }
  return nullptr;
}

base::Result<cluster::Plan, std::string> complete_plan(cluster::Plan plan) {
  using Completed = base::Result<cluster::Plan, std::string>;
  const Entry* const entry = find_entry(plan.scenario);
  if (entry == nullptr) {
    return Completed(boost::system::in_place_error, unknown_scenario(plan.scenario));
  }
  plan.nodes = plan.nodes == 0 ? entry->scenario.nodes : plan.nodes;
  plan.slots = plan.slots == 0 ? entry->scenario.slots : plan.slots;
  plan.strategy = plan.strategy.empty() ? "random" : plan.strategy;
  if (auto complaint = complaint_about_plan(plan, *entry)) {
    return Completed(boost::system::in_place_error, *std::move(complaint));
  }
  return Completed(boost::system::in_place_value, std::move(plan));
}

cluster::Outcome run_plan(const cluster::Plan& plan, const Progress& progress,
                          std::optional<cluster::WatchedCell> watch) {
  const Entry* const entry = find_entry(plan.scenario);
  LOCKSTEP_ASSERT_MSG(entry != nullptr, "complete_plan comes before run_plan");
  cluster::Design design = entry->design;
  design.watch = watch;
  return cluster::tell(plan, design, entry->story, checkers::all(), progress);
}

}  // namespace lockstep::scenarios
