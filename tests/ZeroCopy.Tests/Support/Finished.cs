namespace ZeroCopy.Tests.Support;

/// <summary>What a process wrote and how it ended.</summary>
public sealed record Finished(int ExitCode, byte[] Output, string Error)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Output);
}
