// The loop over schedules: set everything back, run main as a fiber, look twice at what fails.
#include "sim/interpose/explorer.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio_ext.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>

#include "sim/interpose/hooks.h"
#include "sim/interpose/kernel.h"
#include "sim/interpose/lock_orders.h"
#include "sim/interpose/minimise.h"
#include "sim/interpose/process.h"
#include "sim/interpose/report.h"
#include "sim/interpose/request.h"
#include "sim/interpose/schedules.h"
#include "sim/interpose/snapshot.h"
#include "sim/interpose/thread_block.h"
#include "sim/interpose/writer.h"

namespace lockstep::interpose {
namespace {

Main program_main = nullptr;

void* run_main(void*) {
  const int status = program_main(kernel->argc, kernel->argv, kernel->envp);
  const Inside inside;
  leave_program(status, nullptr);
}

class Explorer {
 public:
  explicit Explorer(const Request& request) : schedules_(request.seed, request.strategy) {}

  int run();
  /// Runs the one schedule that was stored.
  int follow(const Pins& pins);

 private:
  [[nodiscard]] sim::Strategy& strategy_of(std::uint64_t schedule) {
    return followed_ != nullptr ? static_cast<sim::Strategy&>(*followed_) : schedules_.strategy_of(schedule);
  }
  void run_with(sim::Strategy& strategy);
  [[nodiscard]] bool is_news() const;
  void look_again(std::uint64_t schedule, std::vector<Failure>& found);
  void complete(Failure& failure);
  void tell(std::uint64_t schedule);

  Schedules schedules_;
  std::unique_ptr<FollowPins> followed_;
  std::vector<sim::Step> steps_;
  std::vector<std::uint32_t> values_;
  std::vector<sim::Ordering> orderings_;
  std::set<std::string> told_;
  bool deadlocked_ = false;
  std::uint64_t failures_ = 0;
  std::uint64_t all_steps_ = 0;
  std::uint64_t all_decisions_ = 0;
};

void Explorer::run_with(sim::Strategy& strategy) {
  run_schedule_with(strategy);
  all_steps_ += kernel->steps;
  all_decisions_ += strategy.decisions();
}

/// Where both sides of a race are, and whose the freed block was: what only a watched replay can tell.
void Explorer::complete(Failure& failure) {
  for (const Watch::Note& note : kernel->watch.notes) {
    const bool about_block = note.what[0] != '\0';
    if (about_block && !failure.earlier.wanted) {
      failure.sites.push_back({note.what, note.thread, note.stack, note.held});
    }
    const Failure::Earlier& earlier = failure.earlier;
    if (!about_block && earlier.wanted && note.thread == earlier.thread && note.bytes == earlier.bytes &&
        note.flags == earlier.flags && note.epoch - static_cast<Epoch>(kernel->clock_base) == earlier.epoch) {
      failure.sites[0].stack = note.stack;
      failure.sites[0].held = note.held;
    }
  }
}

/// Runs the schedule under way again as it was recorded, once for every place that has to be watched.
void Explorer::look_again(std::uint64_t schedule, std::vector<Failure>& found) {
  const auto places = [&] {
    std::vector<std::uintptr_t> all;
    for (const Failure& race : kernel->races_seen) {
      all.push_back(race.earlier.address);
    }
    all.push_back(kernel->failed ? kernel->failure.earlier.address : 0);
    return all;
  }();
  for (std::size_t i = 0; i < places.size(); ++i) {
    kernel->watching = true;
    kernel->watch = {places[i], {}};
    sim::Strategy& strategy = strategy_of(schedule);
    steps_.clear();
    strategy.record_into(&steps_);
    strategy.record_values_into(&values_);
    values_.clear();
    run_with(strategy);
    strategy.record_into(nullptr);
    strategy.record_values_into(nullptr);
    kernel->watching = false;
    drop_shared();
    const bool is_race = i + 1 < places.size();
    if (is_race && i < kernel->races_seen.size()) {
      found.push_back(kernel->races_seen[i]);
    } else if (!is_race && kernel->failed) {
      found.push_back(kernel->failure);
    } else {
      continue;
    }
    complete(found.back());
  }
}

bool Explorer::is_news() const {
  return kernel->failed || !kernel->races_seen.empty();
}

void Explorer::tell(std::uint64_t schedule) {
  ++failures_;
  std::vector<Failure> found;
  const std::size_t races = kernel->races_seen.size();
  const bool failed = kernel->failed;
  look_again(schedule, found);
  if (found.size() != races + (failed ? 1 : 0)) {
    write_divergence(schedule);
  }
  for (Failure& failure : found) {
    deadlocked_ = deadlocked_ || failure.kind == "deadlock";
    if (told_.insert(fingerprint(failure)).second) {
      // Memory lies as the last look left it.
      Pins whole = pins_of(steps_, values_);
      Story story = followed_ != nullptr ? story_of(steps_, failure) : minimise(failure, steps_, values_);
      if (story.pins.blocks.empty()) {
        story.pins = std::move(whole);
      }
      write_failure(schedule, followed_ != nullptr ? "replay" : schedules_.name(), failure, story);
    }
  }
}

int Explorer::run() {
  const Request& request = kernel->request;
  write_begin();
  std::uint64_t schedule = 0;
  for (bool more = true; more && schedule < request.runs;) {
    kernel->schedule = schedule;
    sim::Strategy& strategy = schedules_.strategy_of(schedule);
    const bool wanted = schedules_.wants_steps();
    steps_.clear();
    orderings_.clear();
    strategy.record_into(wanted ? &steps_ : nullptr);
    strategy.record_orderings_into(wanted ? &orderings_ : nullptr);
    if (request.only == UINT64_MAX) {
      note_orders_of(schedule);
    }
    run_with(strategy);
    end_orders();
    strategy.record_into(nullptr);
    strategy.record_orderings_into(nullptr);
    if (is_news() && (request.only == UINT64_MAX || request.only == schedule)) {
      drop_shared();
      tell(schedule);
      if (!request.keep_going) {
        ++schedule;
        break;
      }
      // Where threads met is learnt from failing schedules as well.
      run_with(schedules_.strategy_of(schedule));
    } else if (wanted) {
      schedules_.learn(steps_, orderings_, kernel->parents);
    }
    more = schedule++ != request.only;
    if (adopt_shared() != 0) {
      schedules_.forget();
    } else {
      more = schedules_.go_on() && more;
    }
  }
  // A deadlock that came about says more.
  const bool cycles = !deadlocked_ && !order_cycles().empty();
  if (cycles) {
    write_cycles(order_cycles());
  }
  write_end({schedule, failures_, all_steps_, all_decisions_}, schedules_.coverage());
  return failures_ == 0 && !cycles ? 0 : 1;
}

int Explorer::follow(const Pins& pins) {
  write_begin();
  share_objects(pins);
  followed_ = std::make_unique<FollowPins>(pins);
  followed_->limit_steps(kFairAfter, ~std::uint64_t{0});
  steps_.clear();
  followed_->record_into(&steps_);
  run_with(*followed_);
  followed_->record_into(nullptr);
  drop_shared();
  std::size_t stored = 0;
  for (const PinnedBlock& block : pins.blocks) {
    stored += block.operations;
  }
  // A stored race ends where it was seen; the program goes on.
  steps_.resize(std::min(stored, steps_.size()));
  const bool same = pins_of(steps_, {}).hash == pins.hash;
  const std::string divergence = followed_->divergence();
  if (is_news()) {
    tell(0);
  }
  write_replayed(same, divergence);
  write_end({1, failures_, all_steps_, all_decisions_}, {});
  return failures_ == 0 ? 0 : 1;
}

Pins read_pins_from(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(descriptor, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  close(descriptor);
  Pins pins;
  if (!read_pins(text, pins)) {
    die("the stored schedule is not understood");
  }
  return pins;
}

int run_alone() {
  Schedules schedules(1, "run-to-block");
  run_schedule_with(schedules.strategy_of(0));
  fflush(nullptr);
  for (const Failure& race : kernel->races_seen) {
    dprintf(kernel->error_fd, "lockstep: %s: %s\n", race.kind.c_str(), race.sentence.c_str());
  }
  if (kernel->failed) {
    dprintf(kernel->error_fd, "lockstep: %s: %s\n", kernel->failure.kind.c_str(),
            kernel->failure.sentence.c_str());
    return 1;
  }
  return kernel->exit_status;
}

void put_output_away() {
  kernel->error_fd = dup(2);
  if (!kernel->request.show_output) {
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
  }
}

}  // namespace

void run_schedule_with(sim::Strategy& strategy) {
  restore_snapshot();
  heap_restore();
  reset_threads();
  reset_objects();
  kernel->at_exit = kernel->at_exit_before_main;
  std::memcpy(kernel->key_used, kernel->keys_before_main, sizeof kernel->key_used);
  kernel->strategy = &strategy;
  strategy.begin_run();
  start_thread(&run_main, nullptr, nullptr);
  run_schedule();
  if (kernel->request.show_output) {
    fflush(stdout);
  } else {
    __fpurge(stdout);
  }
  clear_threads();
}

int explore(Main program, int argc, char** argv, char** envp) {
  kernel->in_program = false;
  program_main = program;
  kernel->argc = argc;
  kernel->argv = argv;
  kernel->envp = envp;
  read_request(kernel->request, envp);
  kernel->races = kernel->request.races;
  kernel->step_bound = kernel->request.step_bound;
  // The library leaves atomics out where it believes that there is one thread.
  __libc_single_threaded = 0;
  sim::adopt_thread(kernel->explorer_info);
  kernel->explorer_pointer = get_thread_pointer();
  kernel->at_exit_before_main = kernel->at_exit;
  std::memcpy(kernel->keys_before_main, kernel->key_used, sizeof kernel->key_used);
  if (!kernel->request.alone) {
    put_output_away();
  }
  watch_process();
  learn_thread_block();
  reset_objects();
  heap_snapshot();
  take_snapshot();
  if (kernel->request.alone) {
    return run_alone();
  }
  Explorer explorer(kernel->request);
  if (kernel->request.pins_fd >= 0) {
    return explorer.follow(read_pins_from(kernel->request.pins_fd));
  }
  return explorer.run();
}

}  // namespace lockstep::interpose
