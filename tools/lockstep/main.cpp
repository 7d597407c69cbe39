// The program lockstep: finds the verb, carries it out, and says in one line why it could not.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "node/base/assert.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

/// A message as one line, whatever a library put into it.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
    text.replace(at, 1, "; ");
  }
  return text;
}

int complain(int code, const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "lockstep: %s\n", one_line(message).c_str());
  return code;
}

int parse_and_act(int argc, char** argv) {
  CLI::App app(
      "Runs consensus nodes in a world that one seed decides.\n"
      "Exit: 0 all held, 1 a checker failed, 2 usage, 3 the simulator itself is at fault.",
      "lockstep");
  Action chosen;
  app.require_subcommand(0, 1);
  add_list(app, chosen);
  add_run(app, chosen);
  add_sweep(app, chosen);
  add_replay(app, chosen);
  add_vectors(app, chosen);
  add_check_determinism(app, chosen);
  add_explore(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    return complain(kUsage, std::string(error.what()) + " (see lockstep --help)");
  }
  if (!chosen) {
    return complain(kUsage,
                    "a verb is missing: list, run, sweep, replay, vectors, check-determinism or explore (see "
                    "lockstep --help)");
  }
  const int exit = chosen();
  if (std::fflush(stdout) != 0) {
    return complain(kUsage, "cannot write to standard output");
  }
  return exit;
}

}  // namespace
}  // namespace lockstep::tools

int main(int argc, char** argv) {
  using namespace lockstep;
  tools::program_name() = argc > 0 ? argv[0] : "lockstep";
  try {
    return tools::parse_and_act(argc, argv);
  } catch (const tools::UsageError& error) {
    return tools::complain(tools::kUsage, error.what());
  } catch (const base::AssertionFailed& error) {
    return tools::complain(tools::kOurFault,
                           std::string("the simulator itself is at fault: ") + error.what());
  } catch (const std::exception& error) {
    return tools::complain(tools::kOurFault, std::string("an error that nobody handled: ") + error.what());
  }
}
