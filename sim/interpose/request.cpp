// Parsing the request: it comes from our own command line, so anything odd is our own mistake.
#include "sim/interpose/request.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "sim/interpose/report.h"

/// How the command line tells programs that can be explored from others.
extern "C" const char lockstep_interpose_mark[];
extern "C" const char lockstep_interpose_mark[] = "lockstep-interpose-abi-2";

namespace lockstep::interpose {
namespace {

void apply(Request& request, std::string_view key, const std::string& value) {
  const auto number = [&] { return std::strtoull(value.c_str(), nullptr, 10); };
  if (key == "fd") {
    request.report_fd = static_cast<int>(number());
  } else if (key == "pins") {
    request.pins_fd = static_cast<int>(number());
  } else if (key == "seed") {
    request.seed = number();
  } else if (key == "runs") {
    request.runs = number();
  } else if (key == "only") {
    request.only = number();
    request.runs = request.only + 1;
  } else if (key == "steps") {
    request.step_bound = number();
  } else if (key == "races") {
    request.races = number() != 0;
  } else if (key == "output") {
    request.show_output = number() != 0;
  } else if (key == "keep-going") {
    request.keep_going = number() != 0;
  } else if (key == "spurious") {
    request.spurious = number() != 0;
  } else if (key == "early-timers") {
    request.early_timers = number() != 0;
  } else if (key == "leaks") {
    request.leaks = number() != 0;
  } else if (key == "detector") {
    request.detector = number() != 0;
  } else if (key == "minimise") {
    request.minimise = number() != 0;
  } else if (key == "strategy") {
    std::snprintf(request.strategy, sizeof request.strategy, "%s", value.c_str());
  } else {
    die("the request is not understood: command line and program are of different builds");
  }
}

}  // namespace

void read_request(Request& request, char** envp) {
  constexpr std::string_view kName = "LOCKSTEP_EXPLORE=";
  for (; *envp != nullptr; ++envp) {
    std::string_view rest = *envp;
    if (!rest.starts_with(kName)) {
      continue;
    }
    rest.remove_prefix(kName.size());
    request.alone = false;
    while (!rest.empty()) {
      const std::string_view item = rest.substr(0, rest.find(';'));
      rest.remove_prefix(item.size() < rest.size() ? item.size() + 1 : item.size());
      const std::size_t equals = item.find('=');
      apply(request, item.substr(0, equals), std::string(item.substr(equals + 1)));
    }
    for (char** left = envp; *left != nullptr; ++left) {
      left[0] = left[1];
    }
    return;
  }
}

}  // namespace lockstep::interpose
