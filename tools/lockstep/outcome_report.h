// One run's outcome as a person and as a program read it, and the plan file of a run that failed.
#pragma once

#include <cstdint>
#include <string>

#include "sim/cluster/outcome.h"

namespace lockstep::tools {

/// What is known of a run beside its outcome.
struct RunFacts {
  double wall_seconds = 0;
  std::string plan_file;  ///< Where its plan was written; empty if nowhere.
  std::string replay;     ///< The command that runs it again.
  bool with_trace_tree = false;
};

/// Several lines: verdict, nodes, tick lateness, speed, trace hash; and what broke, if something did.
std::string as_text(const cluster::Outcome& outcome, const RunFacts& facts);

/// One JSON object with the keys that README's command-line section lists.
std::string as_json(const cluster::Outcome& outcome, const RunFacts& facts);

/// The plan that tells `outcome` again: with its fingerprint and trace hash.
cluster::Plan plan_after(const cluster::Outcome& outcome);

/// failures/<scenario>-<seed>.plan
std::string default_plan_file(const cluster::Plan& plan);

/// Writes the plan to `file` and gives the command that replays it. If the place cannot be written, says so
/// on standard error, empties `file` and gives the run command instead: the verdict matters more.
std::string write_failing_plan(const cluster::Plan& plan, std::string& file);

/// The run command that repeats `plan`, without a file; only for plans without planned faults and choices.
std::string run_command(const cluster::Plan& plan);

}  // namespace lockstep::tools
