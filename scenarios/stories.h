// All stories; each is told, and its moral drawn, in the file of its name.
#pragma once

#include "sim/cluster/cluster.h"

namespace lockstep::scenarios {

void devnet(cluster::Cluster& cluster);
void unheard_block_is_abandoned(cluster::Cluster& cluster);
void healed_partition_converges(cluster::Cluster& cluster);
void a_third_offline_still_finalizes(cluster::Cluster& cluster);
void more_than_a_third_offline_stalls_finality(cluster::Cluster& cluster);
void old_votes_crowd_out_new_ones(cluster::Cluster& cluster);
void clocks_at_the_edge_of_tolerance_still_finalize(cluster::Cluster& cluster);
void garbage_costs_only_the_one_who_sends_it(cluster::Cluster& cluster);
void gossip_flood_and_requests_go_together(cluster::Cluster& cluster);
void gossip_flood_leaves_the_clock_alone(cluster::Cluster& cluster);
void jitter_among_ten_nodes_leaves_the_chain_alone(cluster::Cluster& cluster);
void a_starved_network_thread_delays_no_tick(cluster::Cluster& cluster);
void a_slow_prover_delays_no_tick(cluster::Cluster& cluster);
void ticks_stay_on_time_under_the_flood_of_the_discussion(cluster::Cluster& cluster);
void restarted_node_catches_up(cluster::Cluster& cluster);
void reader_borrows_states_while_finality_prunes(cluster::Cluster& cluster);
void dead_network_thread_stops_its_node(cluster::Cluster& cluster);
void nodes_shut_down_under_load(cluster::Cluster& cluster);
void a_node_behind_by_100_slots_catches_up(cluster::Cluster& cluster);
void a_node_starts_from_a_checkpoint_while_the_chain_goes_on(cluster::Cluster& cluster);
void votes_for_unknown_blocks_start_no_runaway_fetches(cluster::Cluster& cluster);
void wrong_blocks_in_answer_cost_only_time(cluster::Cluster& cluster);
void answers_without_end_are_cut_off(cluster::Cluster& cluster);
void answers_that_stop_half_way_are_given_up(cluster::Cluster& cluster);

}  // namespace lockstep::scenarios
