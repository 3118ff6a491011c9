namespace ZeroCopy.Tests.Support;

/// <summary>The tests that count what their process has open. Others, most of which start a child for what they do, run beside each other before them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class OneAtATime
{
    public const string Name = "One at a time";
}
