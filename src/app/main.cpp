// trading-platform: the one executable. `run` starts the platform; the other commands talk to a
// running one or work on the data folder of a stopped one.

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <pthread.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "command_line/offline.hpp"
#include "command_line/session.hpp"
#include "command_line/verbs.hpp"
#include "platform/platform.hpp"
#include "settings/settings.hpp"

namespace {

constexpr int exit_done = 0, exit_failed = 1, exit_usage = 2;

struct Options {
  std::string config;
  std::vector<std::pair<std::string, std::string>> overrides;  // setting, value
  std::string url = "http://127.0.0.1:8100";
  std::string data = "data";
};

int fail(const base::Error& error) {
  std::cerr << "trading-platform: " << error.message << std::endl;
  return exit_failed;
}

base::Result<settings::Loaded> load(const Options& options) {
  TRY(auto loaded, settings::read(options.config, settings::process_environment()));
  for (const auto& [name, value] : options.overrides)
    TRY_STATUS(settings::set(loaded, name, value));
  return loaded;
}

void say_password(const std::string& password) {
  std::cout << "First start: sign in as admin with the password " << password
            << "\n  It is shown only this once; change it with change_password." << std::endl;
}

void say_ready(platform::Platform& platform, const settings::Settings& settings) {
  std::string dashboard;
  for (const net::BoundPort& port : platform.ports())
    if (port.service == "system-health")
      dashboard = "http://" + port.address + ":" + std::to_string(port.port) + "/";
  std::cout << "Dashboard: " << dashboard << "   data: " << settings.data_folder << "\nReady"
            << std::endl;
}

// Until SIGTERM or SIGINT; SIGHUP reads the settings again.
void wait_for_end(platform::Platform& platform, const Options& options, settings::Loaded& running,
                  const sigset_t& signals) {
  for (int signal = 0;;) {
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) return;
    auto wanted = load(options);
    if (!wanted) {
      std::cerr << "reload refused, nothing was changed: " << wanted.error().message << std::endl;
      continue;
    }
    const settings::ReloadPlan plan = settings::compare(running, *wanted);
    platform.reload(wanted->settings);
    for (const std::string& name : plan.applied)
      std::cout << "reloaded " << name << std::endl;
    for (const std::string& name : plan.need_restart)
      std::cout << name << " changes at the next start" << std::endl;
    running = *std::move(wanted);
  }
}

int run(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: all inherit it
  signal(SIGPIPE, SIG_IGN);

  auto loaded = load(options);
  if (!loaded) return fail(loaded.error());
  auto platform = platform::Platform::start(loaded->settings, say_password);
  if (!platform) return fail(platform.error());
  say_ready(**platform, loaded->settings);
  wait_for_end(**platform, options, *loaded, signals);
  std::cout << "Stopping" << std::endl;
  (*platform)->stop();
  return exit_done;
}

int show_settings(const Options& options, const std::string& what) {
  if (what == "reference") {
    std::cout << settings::reference();
    return exit_done;
  }
  const auto loaded = load(options);
  if (!loaded) return fail(loaded.error());
  if (what == "print") std::cout << settings::print(*loaded);
  if (what == "check") std::cout << "The settings are valid.\n";
  return exit_done;
}

int print_reference() {
  const auto text = platform::Platform::reference();
  if (!text) return fail(text.error());
  std::cout << *text;
  return exit_done;
}

// Without echo on a terminal; a line of the input otherwise.
std::string read_password() {
  if (const char* given = std::getenv("TRADING_PLATFORM_PASSWORD")) return given;
  termios before{};
  const bool terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    std::cerr << "Password: ";
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string password;
  std::getline(std::cin, password);
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << "\n";
  }
  return password;
}

// Commands that talk to a running platform.
int with_session(const Options& options, const std::function<int(command_line::Session&)>& act) {
  const auto target = command_line::Target::parse(options.url);
  if (!target) return fail(target.error());
  command_line::Session session(*target, command_line::default_session_file(*target));
  return act(session);
}

int login(command_line::Session& session, const std::string& username) {
  const auto status = session.login(username, read_password());
  if (!status) return fail(status.error());
  std::cout << "Signed in as " << username << ".\n";
  return exit_done;
}

int logout(command_line::Session& session) {
  const auto status = session.logout();
  if (!status) return fail(status.error());
  std::cout << "Signed out.\n";
  return exit_done;
}

// One entry of the command table: what CLI11 needs and what it does.
class CommandLine {
 public:
  CommandLine() : app_("MCP Trading Platform: people and agents trade side by side.") {
    app_.set_version_flag("--version", std::string(platform::version));
    app_.require_subcommand(0, 1);
    app_.allow_extras();
    app_.add_option("--url", options_.url, "Address of a running platform")
        ->envname("TRADING_PLATFORM_URL");
    app_.footer(
        "Every operation of the platform is a command too: trading-platform place_order --symbol "
        "ACME --side buy ...\n`trading-platform help [OPERATION]` lists them from the running "
        "platform.");
    add_run();
    add_offline();
    add_session();
  }

  int execute(int argc, char** argv) {
    CLI11_PARSE(app_, argc, argv);
    if (action_) return action_();
    const auto extras = app_.remaining();
    if (extras.empty()) {
      std::cout << app_.help();
      return exit_usage;
    }
    return with_session(options_, [&](command_line::Session& session) {
      return command_line::run_verb(session, extras.front(), {extras.begin() + 1, extras.end()},
                                    std::cout, std::cerr);
    });
  }

 private:
  void override_option(CLI::App* command, const std::string& flag, const std::string& setting,
                       const std::string& text) {
    command->add_option_function<std::string>(
        flag,
        [this, setting](const std::string& value) {
          options_.overrides.emplace_back(setting, value);
        },
        text);
  }

  void add_setting_options(CLI::App* command) {
    command->add_option("--config", options_.config, "TOML file with settings");
    override_option(command, "--data", "data.folder", "Data folder (default: data)");
    override_option(command, "--listen", "server.listen_address",
                    "Address to listen on (default: 127.0.0.1)");
    override_option(command, "--port-offset", "server.port_offset", "Added to every port");
  }

  void add_run() {
    CLI::App* command = app_.add_subcommand("run", "Start the platform");
    add_setting_options(command);
    override_option(command, "--replay", "market.replay_file",
                    "Replay a recorded market from this file");
    override_option(command, "--speed", "market.replay_speed", "Replay N times faster, or max");
    override_option(command, "--seed", "market.seed", "Seed of the demo market");
    command->add_option("service", services_, "Refused in this version: it runs all services");
    command->callback([this] {
      action_ = [this] {
        if (services_.empty()) return run(options_);
        std::cerr << "trading-platform: this version runs all services in one process; start it "
                     "without \""
                  << services_.front() << "\"\n";
        return exit_usage;
      };
    });
    CLI::App* reference = app_.add_subcommand("reference", "Print the reference pages");
    reference->callback([this] { action_ = print_reference; });
    CLI::App* show = app_.add_subcommand("settings", "Print, check or document the settings");
    add_setting_options(show);
    show->add_option("what", what_, "print, check or reference")
        ->required()
        ->check(CLI::IsMember({"print", "check", "reference"}));
    show->callback([this] { action_ = [this] { return show_settings(options_, what_); }; });
  }

  void add_offline() {
    const auto with_data = [this](CLI::App* command) {
      command->add_option("--data", options_.data, "Data folder of a stopped platform");
    };
    CLI::App* replay = app_.add_subcommand("replay", "Work with the journal by replaying it");
    replay->require_subcommand(1);
    CLI::App* verify =
        replay->add_subcommand("verify", "Replay everything, compare every checkpoint");
    with_data(verify);
    verify->callback([this] {
      action_ = [this] { return command_line::verify_replay(options_.data, std::cout, std::cerr); };
    });
    CLI::App* rebuild =
        app_.add_subcommand("rebuild", "Write the projections again from the journal");
    with_data(rebuild);
    rebuild->callback([this] {
      action_ = [this] { return command_line::rebuild(options_.data, std::cout, std::cerr); };
    });
    CLI::App* journal = app_.add_subcommand("journal", "Mend a damaged journal");
    journal->require_subcommand(1);
    CLI::App* repair = journal->add_subcommand("repair", "End the journal before a damaged place");
    with_data(repair);
    repair->add_option("--drop-from", what_, "SEGMENT:OFFSET, as the refused start named it")
        ->required();
    repair->callback([this] {
      action_ = [this] {
        return command_line::repair_journal(options_.data, what_, std::cout, std::cerr);
      };
    });
  }

  void add_session() {
    CLI::App* in = app_.add_subcommand("login", "Sign in to a running platform and remember it");
    in->add_option("--username", what_, "User name")->required();
    in->callback([this] {
      action_ = [this] {
        return with_session(options_, [this](auto& session) { return login(session, what_); });
      };
    });
    CLI::App* out = app_.add_subcommand("logout", "Sign out");
    out->callback([this] { action_ = [this] { return with_session(options_, logout); }; });
    CLI::App* mcp = app_.add_subcommand("mcp", "Speak MCP on standard input and output");
    mcp->callback([this] {
      action_ = [this] {
        return with_session(options_, [](auto& session) {
          return command_line::run_stdio_bridge(session, std::cin, std::cout, std::cerr);
        });
      };
    });
    CLI::App* help = app_.add_subcommand("help", "List the operations of the running platform");
    help->add_option("operation", what_, "Show the options of this one");
    help->callback([this] {
      action_ = [this] {
        return with_session(options_, [this](auto& session) {
          return command_line::print_verbs(session, what_, std::cout, std::cerr);
        });
      };
    });
  }

  CLI::App app_;
  Options options_;
  std::string what_;
  std::vector<std::string> services_;
  std::function<int()> action_;
};

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CommandLine command_line;
  return command_line.execute(argc, argv);
}
