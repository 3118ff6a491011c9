// yes(1) on vmsplice(2): writes a line over and over. Each block of it is computed anew, in memory that is handed over to the pipe without copying.
//
//   dotnet run -c Release --project samples/Generate -- [--mode any-reader|copying-reader|write] [--bytes SIZE] [--rate] [--explain] [TEXT]...
//
// It does as GNU yes does, except that a pipe whose reader has gone ends it with status 141 also where its parent ignores SIGPIPE. Where standard output is
// no pipe it writes by write(2).

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using GenerateSample;

Dictionary<string, Mode> modes = new(StringComparer.Ordinal)
{
    ["any-reader"] = Mode.AnyReader,
    ["copying-reader"] = Mode.CopyingReader,
    ["write"] = Mode.Write,
};

Option<Mode?> mode = new("--mode")
{
    Description = "Hand memory over to a pipe, for a reader that does as it likes (any-reader, the default) or only copies (copying-reader); or write.",
    HelpName = string.Join('|', modes.Keys),
    CustomParser = ParseMode,
};
Option<long?> bytes = new("--bytes")
{
    Description = "End after so many bytes; K, M and G after the number are powers of 1024.",
    HelpName = "SIZE",
    CustomParser = ParseBytes,
};
Option<bool> rate = new("--rate") { Description = "Tell the bytes and their rate on standard error in the end.", Arity = ArgumentArity.Zero };
Option<bool> explain = new("--explain")
{
    Description = "Tell what this machine permits and what standard output is, on standard error, and write nothing.",
    Arity = ArgumentArity.Zero,
};
Argument<string[]> text = new("TEXT") { Description = "The line to write, 'y' where there is none.", Arity = ArgumentArity.ZeroOrMore };

// Not a RootCommand: that one takes [name] for something other than text.
Command command = new("generate", "Writes TEXT over and over, a line each time.")
{
    mode, bytes, rate, explain, new HelpOption("--help"), new VersionOption(), text,
};
command.SetAction(arguments =>
{
    if (arguments.GetValue(explain))
    {
        return Explanation.Show();
    }

    string line = arguments.GetValue(text) is { Length: > 0 } words ? string.Join(' ', words) : "y";
    if (line.Contains('\uFFFD', StringComparison.Ordinal))
    {
        Message.Say("the text is no valid UTF-8");
        return 1;
    }

    return Generator.Run(new RepeatedLine(line), arguments.GetValue(mode), arguments.GetValue(bytes) ?? long.MaxValue, arguments.GetValue(rate));
});

// What looks like an option is no text, unless it comes after "--".
string? unknown = args.TakeWhile(argument => argument != "--").FirstOrDefault(argument => argument is ['-', _, ..] && !command.Options.Any(option => IsUsed(option, argument)));
if (unknown is not null)
{
    Message.Say($"unrecognized option '{unknown}'");
    return 1;
}

// A text may well be @name: no response files.
ParseResult parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction refusal)
{
    // Help goes to standard output, whose reader waits for something else.
    refusal.ShowHelp = false;
}

return parsed.Invoke();

static bool IsUsed(Option option, string argument) =>
    argument == option.Name || (option.Arity.MaximumNumberOfValues > 0 && argument.Split('=', ':')[0] == option.Name);

Mode? ParseMode(ArgumentResult result)
{
    string name = result.Tokens[0].Value;
    if (modes.TryGetValue(name, out Mode mode))
    {
        return mode;
    }

    result.AddError($"--mode: '{name}' is none of {string.Join(", ", modes.Keys)}.");
    return null;
}

static long? ParseBytes(ArgumentResult result)
{
    if (Size.TryParse(result.Tokens[0].Value, out long bytes))
    {
        return bytes;
    }

    result.AddError($"--bytes: '{result.Tokens[0].Value}' is no size: a number of bytes, or one with K, M or G.");
    return null;
}
