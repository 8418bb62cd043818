import Forumctl
import Glibc

exit(await ForumctlTool.run(arguments: Array(CommandLine.arguments.dropFirst())))
