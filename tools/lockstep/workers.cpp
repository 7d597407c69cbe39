// A pool of forked processes that are told items over one pipe and answer over another.
#include "tools/lockstep/workers.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

#include "tools/lockstep/run_options.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int) {
  interrupted = 1;
}

/// Ctrl-C and SIGTERM are noted instead of obeyed while this lives.
class InterruptsNoted {
 public:
  InterruptsNoted() {
    interrupted = 0;
    struct sigaction noted{};
    noted.sa_handler = note_interrupt;
    ::sigaction(SIGINT, &noted, &old_int_);
    ::sigaction(SIGTERM, &noted, &old_term_);
    struct sigaction ignored{};
    ignored.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignored, &old_pipe_);
  }
  InterruptsNoted(const InterruptsNoted&) = delete;
  InterruptsNoted& operator=(const InterruptsNoted&) = delete;
  ~InterruptsNoted() {
    ::sigaction(SIGINT, &old_int_, nullptr);
    ::sigaction(SIGTERM, &old_term_, nullptr);
    ::sigaction(SIGPIPE, &old_pipe_, nullptr);
  }

 private:
  struct sigaction old_int_{};
  struct sigaction old_term_{};
  struct sigaction old_pipe_{};
};

[[noreturn]] void system_failure(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool read_exactly(int fd, void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const auto got = ::read(fd, at, size);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return false;
    }
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_exactly(int fd, const void* from, std::size_t size) {
  const auto* at = static_cast<const char*>(from);
  while (size > 0) {
    const auto put = ::write(fd, at, size);
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return false;
    }
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

struct Worker {
  pid_t pid = -1;
  int items = -1;    ///< We write items here …
  int answers = -1;  ///< … and read answers here.
  int words = -1;    ///< A file in memory that holds its standard error.
  std::optional<std::uint64_t> item;
  double deadline = 0;
  std::string received;

  void close_all() const {
    for (const int fd : {items, answers, words}) {
      if (fd >= 0) {
        ::close(fd);
      }
    }
  }
};

[[noreturn]] void serve(int items, int answers, const std::function<std::string(std::uint64_t)>& work) {
  std::uint64_t item = 0;
  while (read_exactly(items, &item, sizeof item)) {
    const std::string text = work(item);
    const std::uint64_t size = text.size();
    if (!write_exactly(answers, &size, sizeof size) || !write_exactly(answers, text.data(), text.size())) {
      break;
    }
  }
  // Nothing that the parent had buffered or opened may be flushed or closed a second time.
  ::_exit(0);
}

Worker start_worker(const std::vector<Worker>& others,
                    const std::function<std::string(std::uint64_t)>& work) {
  std::array<int, 2> items{};
  std::array<int, 2> answers{};
  Worker worker;
  worker.words = ::memfd_create("stderr of a worker", 0);
  if (worker.words < 0 || ::pipe(items.data()) != 0 || ::pipe(answers.data()) != 0) {
    system_failure("cannot start a worker");
  }
  std::fflush(nullptr);
  worker.pid = ::fork();
  if (worker.pid < 0) {
    system_failure("cannot start a worker");
  }
  if (worker.pid == 0) {
    // The terminal's Ctrl-C is for the parent, who ends us; and we end if it is gone.
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_DFL);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(worker.words, STDERR_FILENO);
    ::close(items[1]);
    ::close(answers[0]);
    for (const auto& other : others) {
      other.close_all();
    }
    serve(items[0], answers[1], work);
  }
  ::close(items[0]);
  ::close(answers[1]);
  worker.items = items[1];
  worker.answers = answers[0];
  return worker;
}

bool is_telling(const std::string& line) {
  constexpr std::array<std::string_view, 5> kMarks = {
      "ERROR: ", "runtime error: ", "SUMMARY: ", "terminate called", "what(): "};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return line.find(mark) != std::string::npos; });
}

std::vector<std::string> last_words(int fd) {
  constexpr std::size_t kLines = 3;
  std::string text(1 << 20, '\0');
  const auto got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  std::vector<std::string> all;
  std::vector<std::string> telling;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) {
      all.push_back(text.substr(at, end - at));
      if (is_telling(all.back())) {
        telling.push_back(all.back());
      }
    }
    at = end + 1;
  }
  auto& chosen = telling.empty() ? all : telling;
  if (chosen.size() > kLines) {
    chosen.erase(chosen.begin(), chosen.end() - kLines);
  }
  return chosen;
}

/// Waits for a worker that has ended or is being ended, and says how.
std::string reap(const Worker& worker) {
  int status = 0;
  while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

class Pool {
 public:
  Pool(const std::vector<std::uint64_t>& items, double seconds_each,
       const std::function<std::string(std::uint64_t)>& work,
       const std::function<void(std::uint64_t, const Answer&)>& on_answer)
      : items_(items), seconds_each_(seconds_each), work_(work), on_answer_(on_answer) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (auto& worker : workers_) {
      ::kill(worker.pid, SIGKILL);
      reap(worker);
      worker.close_all();
    }
  }

  bool run(unsigned jobs) {
    for (unsigned i = 0; i < jobs && i < items_.size(); ++i) {
      workers_.push_back(start_worker(workers_, work_));
    }
    while (interrupted == 0) {
      bool busy = false;
      for (std::size_t i = 0; i < workers_.size(); ++i) {
        give_next(i);
        busy = busy || workers_[i].item.has_value();
      }
      if (!busy) {
        return true;
      }
      wait_for_answers();
    }
    return false;
  }

 private:
  void give_next(std::size_t i) {
    while (!workers_[i].item && next_ < items_.size()) {
      auto& worker = workers_[i];
      worker.item = items_[next_++];
      worker.deadline = wall_seconds() + seconds_each_;
      const std::uint64_t item = *worker.item;
      if (!write_exactly(worker.items, &item, sizeof item)) {
        bury(i, "");
      }
    }
  }

  void wait_for_answers() {
    std::vector<pollfd> polled;
    for (const auto& worker : workers_) {
      polled.push_back({worker.item ? worker.answers : -1, POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), 100) < 0 && errno != EINTR) {
      system_failure("cannot wait for workers");
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if ((polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        take(i);
      } else if (workers_[i].item && wall_seconds() > workers_[i].deadline) {
        ::kill(workers_[i].pid, SIGKILL);
        bury(i, fmt::format("no answer within {:g} s", seconds_each_));
      }
    }
  }

  void take(std::size_t i) {
    auto& worker = workers_[i];
    std::array<char, 1 << 16> chunk;
    const auto got = ::read(worker.answers, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) {
      return;
    }
    if (got <= 0) {
      bury(i, "");
      return;
    }
    worker.received.append(chunk.data(), static_cast<std::size_t>(got));
    std::uint64_t size = 0;
    if (worker.received.size() < sizeof size) {
      return;
    }
    std::memcpy(&size, worker.received.data(), sizeof size);
    if (worker.received.size() < sizeof size + size) {
      return;
    }
    on_answer_(*worker.item, Answer{worker.received.substr(sizeof size), "", {}});
    worker.received.clear();
    worker.item.reset();
  }

  /// Reports the item of a dead worker and puts another in its place. An empty `why` means: ask the system.
  void bury(std::size_t i, std::string why) {
    const std::string status = reap(workers_[i]);
    const Answer answer{"", why.empty() ? status : std::move(why), last_words(workers_[i].words)};
    const std::uint64_t item = *workers_[i].item;
    workers_[i].close_all();
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    workers_.insert(workers_.begin() + static_cast<std::ptrdiff_t>(i), start_worker(workers_, work_));
    on_answer_(item, answer);
  }

  const std::vector<std::uint64_t>& items_;
  double seconds_each_;
  const std::function<std::string(std::uint64_t)>& work_;
  const std::function<void(std::uint64_t, const Answer&)>& on_answer_;
  std::vector<Worker> workers_;
  std::size_t next_ = 0;
};

}  // namespace

bool in_workers(const std::vector<std::uint64_t>& items, unsigned jobs, double seconds_each,
                const std::function<std::string(std::uint64_t)>& work,
                const std::function<void(std::uint64_t item, const Answer&)>& on_answer) {
  const InterruptsNoted noted;
  Pool pool(items, seconds_each, work, on_answer);
  return pool.run(std::max(1U, jobs));
}

unsigned jobs_of(const std::string& text) {
  if (text.empty()) {
    const long processors = ::sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 0 ? static_cast<unsigned>(processors) : 1;
  }
  constexpr std::uint64_t kJobsMax = 1024;
  const std::uint64_t jobs = read_count("--jobs", text, 1);
  if (jobs > kJobsMax) {
    throw UsageError("--jobs " + text + " are too many: at most " + std::to_string(kJobsMax));
  }
  return static_cast<unsigned>(jobs);
}

}  // namespace lockstep::tools
